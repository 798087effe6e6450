import type { OperatorContext } from '../../src/contract/operator.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import type { Key } from '../../src/state/key.ts'
import type { Duration } from '../../src/units.ts'
import type { KeyedCall, KeyedLogic } from './keyed-logic.ts'

/** For how long what is known of a key is kept. */
export interface IdleOption {
  /**
   * What is known of a key is forgotten when event time has gone on by this much since its last record, and counted as
   * `<name>.forgotten`. Whatever was told of it stays; a later record finds nothing, as if it were the first of the key.
   * Say more than records of one key can lie apart, and than they may come out of order: then forgetting never shows.
   * Default: nothing is forgotten.
   */
  readonly idle?: Duration
}

/** The state of a key, and the greatest event time of its records. */
interface Lived<S> {
  latest: number
  held: S
}

/** A logic that can live with timers that it did not set. */
type Forgettable<S> = Omit<KeyedLogic<S>, 'onProcessingTimer' | 'prune' | 'snapshot' | 'restore' | 'placeOf'>

/**
 * Makes a logic one that forgets the keys that are idle. What is wrong in the option is told at once.
 *
 * @param inputs Of one input a record says that its key was idle, so that it depends on the records alone whether it was.
 *   Of two, one may be read ahead of the other: only the watermark of both says it.
 */
export function forgettingIdle(
  { idle }: IdleOption,
  inputs: 1 | 2,
  what: string,
): <S>(logic: Forgettable<S>) => KeyedLogic<unknown> {
  if (idle === undefined) return (logic) => logic as KeyedLogic<unknown>
  const idleMs = givenDuration(idle, what)
  return (logic) => new IdleKeys(logic, idleMs, inputs) as KeyedLogic<unknown>
}

class IdleKeys<S> implements KeyedLogic<Lived<S>> {
  readonly shape: string
  readonly allOrNothing?: true
  readonly #logic: Forgettable<S>
  readonly #idleMs: number
  readonly #byRecords: boolean
  readonly #inner = new InnerCall<S>()

  constructor(logic: Forgettable<S>, idleMs: number, inputs: 1 | 2) {
    this.shape = `${logic.shape}, forgotten when idle`
    if (logic.allOrNothing === true) this.allOrNothing = true
    this.#logic = logic
    this.#idleMs = idleMs
    this.#byRecords = inputs === 1
  }

  create(key: Key): Lived<S> {
    return { latest: Number.NEGATIVE_INFINITY, held: this.#logic.create(key) }
  }

  onRecord(call: KeyedCall<Lived<S>>, value: unknown, input: number): void {
    const { state, timestamp } = call
    const isNew = state.latest === Number.NEGATIVE_INFINITY
    const wasIdle = this.#byRecords && !isNew && timestamp - state.latest > this.#idleMs
    const inner = this.#inner.of(call, wasIdle ? this.#logic.create(call.key) : state.held)
    this.#logic.onRecord(inner, value, input)
    const now = inner.state
    if (wasIdle) {
      // What there was to say of it, before it is forgotten.
      this.onTouched(call)
      call.count('forgotten')
    }
    state.held = now
    if (timestamp > state.latest) state.latest = timestamp
    if (isNew) call.setTimer(timestamp + this.#idleMs)
  }

  onTimer(call: KeyedCall<Lived<S>>, time: number): void {
    const { state } = call
    this.#within(call, this.#logic.onTimer, time)
    const until = state.latest + this.#idleMs
    if (until > time) call.setTimer(until)
    else {
      call.state = this.create(call.key)
      if (!call.ending) call.count('forgotten')
    }
  }

  onTouched(call: KeyedCall<Lived<S>>): void {
    this.#within(call, this.#logic.onTouched, call.timestamp)
  }

  isEmpty({ held }: Lived<S>): boolean {
    return this.#logic.isEmpty(held)
  }

  #within(call: KeyedCall<Lived<S>>, act: KeyedLogic<S>['onTimer'], time: number): void {
    if (act === undefined) return
    const inner = this.#inner.of(call, call.state.held)
    act.call(this.#logic, inner, time)
    call.state.held = inner.state
  }
}

/** The call as the logic within sees it: with a state of its own. One object for all calls. */
class InnerCall<S> implements KeyedCall<S> {
  state!: S
  #call!: KeyedCall<unknown>

  of(call: KeyedCall<unknown>, state: S): this {
    this.#call = call
    this.state = state
    return this
  }

  get key(): Key {
    return this.#call.key
  }

  get timestamp(): number {
    return this.#call.timestamp
  }

  get watermark(): number {
    return this.#call.watermark
  }

  get handedOn(): number {
    return this.#call.handedOn
  }

  get ending(): boolean {
    return this.#call.ending
  }

  get now(): number {
    return this.#call.now
  }

  get ofTimer(): boolean {
    return this.#call.ofTimer
  }

  get goesOn(): boolean {
    return this.#call.goesOn
  }

  get emit(): OperatorContext<unknown>['emit'] {
    return this.#call.emit
  }

  get sideOutput(): OperatorContext<unknown>['sideOutput'] {
    return this.#call.sideOutput
  }

  get count(): OperatorContext<unknown>['count'] {
    return this.#call.count
  }

  refuse(...given: Parameters<OperatorContext<unknown>['refuse']>): void {
    this.#call.refuse(...given)
  }

  attempt(act: () => void, value: () => unknown): void {
    const call = this.#call as KeyedCall<Lived<S>>
    if (call.ofTimer) call.state.held = this.state
    call.attempt(act, value)
    if (call.ofTimer) this.state = call.state.held
  }

  setTimer(time: number): void {
    this.#call.setTimer(time)
  }

  deleteTimer(time: number): void {
    this.#call.deleteTimer(time)
  }

  setProcessingTimer(time: number): void {
    this.#call.setProcessingTimer(time)
  }

  deleteProcessingTimer(time: number): void {
    this.#call.deleteProcessingTimer(time)
  }

  touch(): void {
    this.#call.touch()
  }
}
