import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Where } from '../../src/errors.ts'
import { type AsyncFunction, type CallPolicy, call } from './call.ts'
import { HeldBack, type Place } from './held-back.ts'

/** How many calls are made, and in which order results go on. */
export interface AsyncPolicy extends CallPolicy {
  readonly concurrency: number
  readonly ordered: boolean
}

/** A record that its call is made for, or waits to be made for. */
interface Asked<T, R> {
  readonly value: T
  readonly timestamp: number
  readonly where: Where
  readonly place: Place<Answered<T, R>>
}

type Answered<T, R> = { readonly timestamp: number } & (
  | { readonly result: R }
  | { readonly error: unknown; readonly value: T; readonly where: Where }
)

/**
 * Calls a function for each record and hands on what it answers.
 *
 *     waiting ─▶ being asked (at most `concurrency`) ─▶ held back ─▶ emitted
 *
 * There is no state in checkpoints, since one is only taken when nothing is in flight.
 */
export class AsyncOperator<T, R> implements Operator<T> {
  readonly #ask: AsyncFunction<T, R>
  readonly #policy: AsyncPolicy
  readonly #context: OperatorContext<R>
  readonly #heldBack: HeldBack<Answered<T, R>>
  readonly #waiting: Asked<T, R>[] = []
  /** The first of those that wait: those before it have been asked. */
  #next = 0
  /** One for each call that is under way. */
  readonly #asking = new Set<AbortController>()
  #failed = false
  #room: PromiseWithResolve | undefined
  #nothing: PromiseWithResolve | undefined

  constructor(ask: AsyncFunction<T, R>, policy: AsyncPolicy, context: OperatorContext<R>) {
    this.#ask = ask
    this.#policy = policy
    this.#context = context
    this.#heldBack = new HeldBack(
      policy.ordered,
      (answered) => this.#letOut(answered),
      (timestamp) => context.emitWatermark(timestamp),
    )
    const { signal } = context
    signal.addEventListener('abort', () => {
      for (const call of this.#asking) call.abort(signal.reason)
    })
  }

  readonly process: Emit<T> = (value, timestamp) => {
    this.#waiting.push({ value, timestamp, where: this.#context.whereIs(), place: this.#heldBack.enter() })
    this.#askMore()
  }

  onWatermark(timestamp: number): void {
    this.#heldBack.watermark(timestamp)
  }

  ready(): Promise<void> | undefined {
    if (this.#hasRoom) return undefined
    this.#room ??= promiseWithResolve()
    return this.#room.promise
  }

  drained(): Promise<void> | undefined {
    if (this.#heldBack.size === 0) return undefined
    this.#nothing ??= promiseWithResolve()
    return this.#nothing.promise
  }

  get #hasRoom(): boolean {
    return this.#heldBack.size < this.#policy.concurrency
  }

  #askMore(): void {
    while (this.#asking.size < this.#policy.concurrency && this.#next < this.#waiting.length) {
      const asked = this.#waiting[this.#next]!
      this.#next += 1
      void this.#answer(asked)
    }
    if (this.#next < this.#waiting.length) return
    this.#waiting.length = 0
    this.#next = 0
  }

  async #answer({ value, timestamp, where, place }: Asked<T, R>): Promise<void> {
    const onRetry = () => this.#context.count('retried')
    const { clock, random } = this.#context
    const life = new AbortController()
    this.#asking.add(life)
    let answered: Answered<T, R>
    try {
      const around = { clock, random, signal: life.signal, onRetry }
      answered = { result: await call(this.#ask, value, this.#policy, around), timestamp }
    } catch (error) {
      answered = { error, value, timestamp, where }
    }
    this.#asking.delete(life)
    this.#settle(place, answered)
  }

  /** After a failure, or the end of the run, nothing may be emitted, and nothing more is asked. */
  #settle(place: Place<Answered<T, R>>, answered: Answered<T, R>): void {
    if (this.#failed || this.#context.signal.aborted) return
    this.#failed = true
    this.#context.resume(() => {
      this.#heldBack.settle(place, answered)
      this.#failed = false
    })
    if (!this.#failed) this.#askMore()
    this.#tell()
  }

  #letOut(answered: Answered<T, R>): void {
    const { timestamp } = answered
    if ('error' in answered) this.#context.refuse(answered.error, answered.value, timestamp, answered.where)
    else this.#context.emit(answered.result, timestamp)
  }

  /** Whoever waits when something has failed must look at it, and not wait on. */
  #tell(): void {
    if (this.#failed || this.#hasRoom) {
      this.#room?.resolve()
      this.#room = undefined
    }
    if (this.#failed || this.#heldBack.size === 0) {
      this.#nothing?.resolve()
      this.#nothing = undefined
    }
  }
}

interface PromiseWithResolve {
  readonly promise: Promise<void>
  readonly resolve: () => void
}

function promiseWithResolve(): PromiseWithResolve {
  let resolve = () => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
