import type { FiringRule, TimeDomain } from '../../src/stream.ts'
import type { TriggerContext, TriggerFunctions } from './trigger-functions.ts'

interface RuleState {
  /** How many records have come since the last result. */
  fresh: number
  /** The timer of the next early result by an interval. */
  early: number | null
}

type Context = TriggerContext<RuleState>

/** What a trigger does that is not one of your own, or windows without one, as functions. */
export function ruleFunctions(
  rule: FiringRule | undefined,
  time: TimeDomain,
): TriggerFunctions<unknown, unknown> {
  const functions = new RuleFunctions(rule ?? { name: '', purging: false }, time)
  return functions as TriggerFunctions<unknown, unknown>
}

class RuleFunctions implements TriggerFunctions<unknown, RuleState> {
  readonly #rule: FiringRule
  readonly #time: TimeDomain
  readonly #earlyTime: TimeDomain

  constructor(rule: FiringRule, time: TimeDomain) {
    this.#rule = rule
    this.#time = time
    this.#earlyTime = rule.time ?? time
  }

  readonly create = (): RuleState => ({ fresh: 0, early: null })

  readonly onRecord = (_record: unknown, context: Context) => {
    const { count, everyMs, alone } = this.#rule
    const { state } = context
    state.fresh += 1
    if (alone !== true) {
      if (this.#isClosed(context)) return this.#fire(state)
      this.#timersOf(this.#time, context).set(this.#closing(context))
    }
    if (count !== undefined && state.fresh >= count) return this.#fire(state)
    if (everyMs !== undefined && state.early === null) this.#waitForEarly(context, everyMs)
    return 'continue'
  }

  readonly onTimer = (time: number, context: Context) => this.#onTime('event', time, context)

  readonly onProcessingTimer = (time: number, context: Context) => this.#onTime('processing', time, context)

  readonly onMerge = (states: readonly RuleState[], context: Context): void => {
    for (const { fresh, early } of states) {
      context.state.fresh += fresh
      if (early !== null && context.state.early === null) context.state.early = early
    }
    const { early } = context.state
    if (early !== null) this.#timersOf(this.#earlyTime, context).set(early)
    if (this.#rule.alone !== true && !this.#isClosed(context))
      this.#timersOf(this.#time, context).set(this.#closing(context))
  }

  #onTime(kind: TimeDomain, time: number, context: Context) {
    const { purging, alone } = this.#rule
    const { state } = context
    if (kind === this.#time && time === this.#closing(context) && alone !== true)
      return state.fresh > 0 || !purging ? this.#fire(state) : 'continue'
    if (kind !== this.#earlyTime || time !== state.early) return 'continue'
    state.early = null
    return state.fresh > 0 ? this.#fire(state) : 'continue'
  }

  #fire(state: RuleState) {
    state.fresh = 0
    return this.#rule.purging ? 'fire-and-purge' : 'fire'
  }

  /** A timer of processing time is set one later, since records may still come in that millisecond. */
  #closing({ window: { last } }: Context): number {
    return this.#time === 'event' ? last : last + 1
  }

  #isClosed({ window: { last }, watermark, now }: Context): boolean {
    return last <= (this.#time === 'event' ? watermark : now - 1)
  }

  #waitForEarly(context: Context, everyMs: number): void {
    const { state, window, now, timestamp } = context
    const processing = this.#earlyTime === 'processing'
    const next = (Math.floor((processing ? now : timestamp) / everyMs) + 1) * everyMs - (processing ? 0 : 1)
    if (!processing && (this.#rule.alone === true ? next > window.last : next >= window.last)) return
    state.early = next
    this.#timersOf(this.#earlyTime, context).set(next)
  }

  #timersOf(kind: TimeDomain, { timers, processingTimers }: Context) {
    return kind === 'event' ? timers : processingTimers
  }
}
