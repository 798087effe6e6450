import { setImmediate as letOthersRun } from 'node:timers/promises'

interface Scheduled {
  readonly at: number
  readonly order: number
  act: (() => void) | undefined
}

/**
 * Time that moves only when everything waits for it. Whoever runs on it tells of each deed by {@link stir}, so that it
 * is known when nothing happens any more.
 */
export class VirtualTime {
  #now: number
  #stirs = 0
  #scheduled = 0
  readonly #order: (count: number) => number
  /** A binary heap, the earliest first. */
  readonly #heap: Scheduled[] = []

  /** @param order Which of the things that are due at the same time comes first: the least. Default: the oldest. */
  constructor(startMs: number, order: (count: number) => number = (count) => count) {
    this.#now = startMs
    this.#order = order
  }

  get now(): number {
    return this.#now
  }

  /** Something has happened: more may follow. */
  stir(): void {
    this.#stirs += 1
  }

  /** Does `act` once `ms` have passed. Gives what takes it back. */
  after(ms: number, act: () => void): () => void {
    this.#stirs += 1
    this.#scheduled += 1
    const scheduled: Scheduled = {
      at: this.#now + Math.max(0, ms),
      order: this.#order(this.#scheduled),
      act,
    }
    this.#push(scheduled)
    return () => {
      scheduled.act = undefined
    }
  }

  /** Resolves after `ms`, or at once when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        signal?.removeEventListener('abort', done)
        this.stir()
        resolve()
      }
      const cancel = this.after(ms, done)
      signal?.addEventListener('abort', done, { once: true })
      if (signal?.aborted) done()
    })
  }

  /** Resolves when everything waits. */
  async settled(): Promise<void> {
    let seen: number
    do {
      seen = this.#stirs
      await letOthersRun()
    } while (seen !== this.#stirs)
  }

  /** Goes on to what is due next, does it, and waits for what it leads to; false if nothing is due by `until`. */
  async step(until = Number.POSITIVE_INFINITY): Promise<boolean> {
    const next = this.#next()
    if (next === undefined || next.at > until) {
      if (Number.isFinite(until)) this.#now = Math.max(this.#now, until)
      return false
    }
    this.#pop()
    this.#now = Math.max(this.#now, next.at)
    next.act?.()
    await this.settled()
    return true
  }

  /** Jumps ahead, does in its order what has become due, and waits for what that leads to. */
  async jump(ms: number): Promise<void> {
    this.#now += ms
    const due: Scheduled[] = []
    for (let next = this.#next(); next !== undefined && next.at <= this.#now; next = this.#next()) {
      due.push(next)
      this.#pop()
    }
    for (const { act } of due) act?.()
    await this.settled()
  }

  /** The first that was not taken back. */
  #next(): Scheduled | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].act === undefined) this.#pop()
    return this.#heap[0]
  }

  #push(scheduled: Scheduled): void {
    const heap = this.#heap
    let place = heap.push(scheduled) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(scheduled, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = scheduled
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let place = 0
    for (;;) {
      let child = 2 * place + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
      if (!isBefore(heap[child]!, last)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = last
  }
}

function isBefore(a: Scheduled, b: Scheduled): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}
