import { existsSync, readFileSync } from 'node:fs'
import { constants, PerformanceObserver, performance } from 'node:perf_hooks'
import { setTimeout as after } from 'node:timers/promises'

/** What the kernel of Linux says of this thread. */
const ofThread = '/proc/thread-self/schedstat'
const knowsThread = existsSync(ofThread)

/** CPU time of this thread where that can be known, else of the process: what else the machine does does not count. */
export function threadCpuMs(): number {
  if (knowsThread) return Number(readFileSync(ofThread, 'utf8').split(' ')[0]) / 1e6
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e3
}

interface Span {
  readonly from: number
  readonly ms: number
}

/** Shorter ones are of no interest. */
const shownMs = 2
/** Node tells of garbage collections a little later. */
const toldWithinMs = 20

/** Looks at what keeps this thread from its next turn: pauses for garbage collection, and everything else. */
export class ThreadWatch {
  readonly #collections: (Span & { readonly kind: string })[] = []
  readonly #turns: (Span & { readonly cpuMs: number })[] = []
  #last: { readonly at: number; readonly cpuMs: number } | undefined

  constructor() {
    const observer = new PerformanceObserver((list) => {
      for (const { startTime, duration, ...entry } of list.getEntries().map(plain))
        this.#collections.push({ from: startTime, ms: duration, kind: entry.kind })
    })
    observer.observe({ entryTypes: ['gc'] })
  }

  /** Call it whenever the thread has come round again. */
  turn(): void {
    const [at, cpuMs] = [performance.now(), threadCpuMs()]
    if (this.#last !== undefined && at - this.#last.at > shownMs)
      this.#turns.push({ from: this.#last.at, ms: at - this.#last.at, cpuMs: cpuMs - this.#last.cpuMs })
    this.#last = { at: performance.now(), cpuMs: threadCpuMs() }
  }

  /** The time until the next turn does not count. */
  rest(): void {
    this.#last = undefined
  }

  /**
   * The longest turn in CPU time, without what garbage collection took of it; the longest pause for garbage collection by
   * the clock, and all of them together. Begins anew.
   */
  async taken(): Promise<{
    readonly ownMs: number
    readonly pauseMs: number
    readonly kind: string
    readonly allMs: number
  }> {
    await after(toldWithinMs)
    const ownMs = this.#turns.reduce((most, turn) => Math.max(most, this.#own(turn)), 0)
    const longest = this.#collections.reduce((most, one) => (one.ms > most.ms ? one : most), {
      from: 0,
      ms: 0,
      kind: 'none',
    })
    const allMs = this.#collections.reduce((sum, { ms }) => sum + ms, 0)
    this.#turns.length = 0
    this.#collections.length = 0
    this.#last = undefined
    return { ownMs, pauseMs: longest.ms, kind: longest.kind, allMs }
  }

  #own({ from, ms, cpuMs }: Span & { readonly cpuMs: number }): number {
    const within = this.#collections.filter((one) => one.from + one.ms > from && one.from < from + ms)
    return Math.max(0, cpuMs - within.reduce((sum, one) => sum + one.ms, 0))
  }
}

const kinds = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
}

function plain(entry: { readonly startTime: number; readonly duration: number }) {
  const { kind } = (entry as unknown as { readonly detail: { readonly kind: number } }).detail
  return { startTime: entry.startTime, duration: entry.duration, kind: kinds[kind] ?? 'incremental' }
}
