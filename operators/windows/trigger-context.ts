import { MillraceError } from '../../src/errors.ts'
import type { Key } from '../../src/state/key.ts'
import type { TimeDomain } from '../../src/stream.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'
import type { KeyedCall } from '../keyed/keyed-logic.ts'
import type { OwnWindow } from './own-window.ts'
import type {
  TriggerContext,
  TriggerFunctions,
  TriggerResult,
  TriggerWindow,
  WindowTimers,
} from './trigger-functions.ts'

type Call = KeyedCall<unknown>

/** What the functions of triggers get, for whichever window is at hand. One object for all. */
export class WindowTriggerContext implements TriggerContext<unknown> {
  readonly timers: WindowTimers
  readonly processingTimers: WindowTimers
  readonly #functions: TriggerFunctions<unknown, unknown>
  readonly #merging: boolean
  #call!: Call
  #window!: OwnWindow
  #ofRecord = false
  #now = 0

  constructor(functions: TriggerFunctions<unknown, unknown>, merging: boolean) {
    this.#functions = functions
    this.#merging = merging
    this.timers = {
      set: (time) => this.#set('event', time),
      delete: (time) => this.#delete('event', time),
    }
    this.processingTimers = {
      set: (time) => this.#set('processing', time),
      delete: (time) => this.#delete('processing', time),
    }
  }

  /** @param ofRecord Whether a record is being served, and no timer. */
  of(call: Call, window: OwnWindow, ofRecord: boolean): this {
    this.#call = call
    this.#window = window
    this.#ofRecord = ofRecord
    return this
  }

  get key(): Key {
    return this.#call.key
  }

  get window(): TriggerWindow {
    const { start, end } = this.#window
    return { start, end, last: this.#merging ? end : end - 1 }
  }

  get timestamp(): number {
    return this.#call.timestamp
  }

  get watermark(): number {
    return this.#call.watermark
  }

  /** Processing time; at the end of the input, which is infinitely late, the last that was told before. */
  get now(): number {
    if (this.#call.now !== Number.POSITIVE_INFINITY) this.#now = this.#call.now
    return this.#now
  }

  get state(): unknown {
    return this.#window.kept
  }

  set state(state: unknown) {
    this.#window.kept = state
  }

  /**
   * Takes a timer of the window that is due, and says whether it is to be served. At the end of the input one that sets
   * itself again would do so for ever: so what fires then is what records have set, and what timers have set up to the
   * last time that a record speaks of.
   */
  takeTimer(call: Call, window: OwnWindow, due: number, kind: TimeDomain): boolean {
    const timers = timersOf(window, kind)
    const place = timers.indexOf(due)
    if (place < 0) return false
    timers.splice(place, 1)
    return kind === 'processing' || !call.ending || due <= window.horizon || due === endOfTime
  }

  #set(kind: TimeDomain, time: number): void {
    this.#check(kind, time)
    const [call, window] = [this.#call, this.#window]
    if (kind === 'processing' && call.now === Number.POSITIVE_INFINITY) return
    if (kind === 'event' && this.#ofRecord && time < endOfTime)
      window.horizon = Math.max(window.horizon, time)
    const timers = timersOf(window, kind)
    if (timers.includes(time)) return
    timers.push(time)
    if (kind === 'event') call.setTimer(time)
    else call.setProcessingTimer(time)
  }

  #delete(kind: TimeDomain, time: number): void {
    const timers = timersOf(this.#window, kind)
    const place = timers.indexOf(time)
    // Another window of the key may wait for the same time, so that of the key stays.
    if (place >= 0) timers.splice(place, 1)
  }

  #check(kind: TimeDomain, time: number): void {
    const hook = kind === 'event' ? 'onTimer' : 'onProcessingTimer'
    if (this.#functions[hook] === undefined)
      throw new MillraceError('OPERATOR_FAILED', `a trigger set a timer, and has no ${hook} for it`)
    if (!Number.isSafeInteger(time))
      throw new MillraceError('OPERATOR_FAILED', `a trigger set a timer for ${time}, which is no time`)
  }
}

function timersOf(window: OwnWindow, kind: TimeDomain): number[] {
  return kind === 'event' ? window.timers : window.processingTimers
}

const results: ReadonlySet<unknown> = new Set(['continue', 'fire', 'purge', 'fire-and-purge'])

/** What a function of a trigger said. */
export function resultOf(said: unknown, trigger = ''): TriggerResult {
  if (results.has(said)) return said as TriggerResult
  throw new MillraceError(
    'OPERATOR_FAILED',
    `the trigger "${trigger}" said ${JSON.stringify(said) ?? 'nothing'}: it says one of ${[...results].join(', ')}`,
  )
}
