import type { TimeDomain, TimeWindow } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Pane, Trigger } from '../triggers.ts'
import type { FiringOptions } from './firing.ts'
import { onBetween, onLate } from './late-record.ts'
import { newWindow, type OwnWindow, placeOfWindow, touchedBy } from './own-window.ts'
import type { WindowsOf } from './own-windows.ts'
import { resultsOf } from './results-of.ts'
import { ruleFunctions } from './rule-functions.ts'
import { resultOf, WindowTriggerContext } from './trigger-context.ts'
import type { TriggerFunctions, TriggerResult } from './trigger-functions.ts'

type Call = KeyedCall<OwnWindow[]>
type Timing = Pane['timing']

/** What windows are told of that have their own contents. */
export interface WindowByWindowOptions extends FiringOptions {
  readonly shape: string
  readonly windowsOf: WindowsOf
  readonly trigger: Trigger<unknown> | undefined
}

/**
 * Windows of a key, sorted, each with its own content, trigger and timers: for windows, triggers and evictions that a
 * function of the user says. The other logics do the same for less, where all is known beforehand.
 */
export class WindowByWindow implements KeyedLogic<OwnWindow[]> {
  readonly shape: string
  readonly onProcessingTimer?: (call: Call, time: number) => void
  readonly #options: WindowByWindowOptions
  readonly #functions: TriggerFunctions<unknown, unknown>
  readonly #context: WindowTriggerContext

  constructor(options: WindowByWindowOptions) {
    const { shape, time, trigger, holdsItsEnd } = options
    this.shape = shape
    this.#options = options
    this.#functions = trigger?.own ?? ruleFunctions(trigger, time)
    this.#context = new WindowTriggerContext(this.#functions, holdsItsEnd)
    const byClock =
      trigger?.own === undefined
        ? trigger?.time === 'processing'
        : trigger.own.onProcessingTimer !== undefined
    if (time === 'processing' || byClock)
      this.onProcessingTimer = (call, due) => this.#onTime(call, due, 'processing')
  }

  create(): OwnWindow[] {
    return []
  }

  isEmpty(windows: OwnWindow[]): boolean {
    return windows.length === 0
  }

  onRecord(call: Call, value: unknown): void {
    const time = this.#options.time === 'event' ? call.timestamp : call.now
    const assigned = [...this.#options.windowsOf(value, time)]
    const windows = this.#options.holdsItsEnd
      ? this.#mergedFor(call, assigned)
      : this.#openFor(call, assigned)
    if (windows.length === 0) {
      if (assigned.length === 0) onBetween(call)
      else onLate(call, value)
      return
    }
    for (const window of windows) {
      this.#options.content.add(window.content, value, call.timestamp)
      window.held += 1
      window.latest = Math.max(window.latest, call.timestamp)
      window.horizon = Math.max(window.horizon, call.timestamp)
      const context = this.#context.of(call, window, true)
      this.#act(call, window, this.#functions.onRecord(value, context), this.#timing(call, window))
    }
  }

  onTimer(call: Call, time: number): void {
    this.#onTime(call, time, 'event')
  }

  #onTime(call: Call, due: number, kind: TimeDomain): void {
    const same = kind === this.#options.time
    const instant = kind === 'event' ? due : due - 1
    // A timer that was set behind the watermark comes after the close.
    const inTime = same && (kind === 'processing' || due === call.watermark)
    const serve = kind === 'event' ? this.#functions.onTimer : this.#functions.onProcessingTimer
    for (const window of call.state) {
      if (!this.#context.takeTimer(call, window, due, kind) || serve === undefined) continue
      const closing = inTime && instant === this.#lastOf(window.end)
      const context = this.#context.of(call, window, false)
      const said = this.#served(call, window, () => serve(due, context))
      this.#act(call, window, said, closing ? 'on-time' : this.#timing(call, window))
    }
    if (!same) return
    const left = call.state.filter(({ end }) => !this.#gone(end, instant))
    if (left.length < call.state.length) call.state = left
  }

  /** What a trigger says to a timer. If it fails in a job that goes on, the window is as before and does nothing. */
  #served(call: Call, window: OwnWindow, serve: () => unknown): TriggerResult {
    const { kept, timers, processingTimers } = window
    const before = call.goesOn ? structuredClone({ kept, timers, processingTimers }) : {}
    try {
      return resultOf(serve(), this.#options.trigger?.name)
    } catch (error) {
      const { start, end } = window
      call.refuse(error, { key: call.key, window: this.#options.window(start, end) }, call.timestamp)
      Object.assign(window, before)
      return 'continue'
    }
  }

  /** Those of the windows that are not gone, opened where they are new. */
  #openFor(call: Call, assigned: readonly TimeWindow[]): OwnWindow[] {
    const complete = this.#complete(call)
    const open = assigned.filter(({ end }) => !this.#gone(end, complete))
    return open.map(({ start, end }) => this.#opened(call, start, end))
  }

  #opened(call: Call, start: number, end: number): OwnWindow {
    const place = placeOfWindow(call.state, start, end)
    const known = call.state[place]
    if (known?.start === start && known.end === end) return known
    const window = newWindow(start, end, this.#options.content.create(), this.#functions.create())
    call.state.splice(place, 0, window)
    this.#waitUntilGone(call, end)
    return window
  }

  /** The windows that these have become part of, each once. One that is gone, and touches none that is not, is left out. */
  #mergedFor(call: Call, assigned: readonly TimeWindow[]): OwnWindow[] {
    const complete = this.#complete(call)
    const merged = new Set<OwnWindow>()
    for (const { start, end } of assigned) {
      const [from, to] = touchedBy(call.state, start, end)
      if (from < to) merged.add(this.#joined(call, from, to, start, end))
      else if (!this.#gone(end, complete)) merged.add(this.#opened(call, start, end))
    }
    // One may have become part of the next.
    return [...merged].filter((window) => call.state.includes(window))
  }

  /** Makes one of the windows at the places from `from` up to, but without, `to`, and of a stretch that touches them. */
  #joined(call: Call, from: number, to: number, start: number, end: number): OwnWindow {
    const all = call.state.slice(from, to)
    const [first, ...others] = all as [OwnWindow, ...OwnWindow[]]
    if (others.length === 0 && first.start <= start && first.end >= end) return first
    const states = all.map(({ kept }) => kept)
    for (const other of others) {
      this.#options.content.merge(first.content, other.content)
      first.held += other.held
      first.fired = Math.max(first.fired, other.fired)
      first.latest = Math.max(first.latest, other.latest)
      first.horizon = Math.max(first.horizon, other.horizon)
    }
    first.start = Math.min(first.start, start)
    first.end = Math.max(all.at(-1)!.end, end)
    first.kept = this.#functions.create()
    first.timers = []
    first.processingTimers = []
    call.state.splice(from, all.length, first)
    this.#functions.onMerge?.(states, this.#context.of(call, first, true))
    this.#waitUntilGone(call, first.end)
    return first
  }

  /** Which result one would be that is not given by the timer of the close. */
  #timing(call: Call, { end }: OwnWindow): Timing {
    return this.#complete(call) < this.#lastOf(end) ? 'early' : 'late'
  }

  /** Does what the trigger says. */
  #act(call: Call, window: OwnWindow, said: unknown, timing: Timing): void {
    const result = resultOf(said, this.#options.trigger?.name)
    if (result === 'continue') return
    if (result !== 'purge') this.#fire(call, window, timing)
    if (result !== 'fire' || this.#options.trigger?.purging === true) this.#purge(window)
  }

  #fire(call: Call, window: OwnWindow, timing: Timing): void {
    const { content, trigger, datedByRecords } = this.#options
    if (window.held === 0) return
    const last = this.#lastOf(window.end)
    const bounds = this.#options.window(window.start, window.end)
    const pane = { timing, index: window.fired }
    const shown = trigger === undefined ? bounds : { ...(bounds as object), pane }
    window.fired += 1
    const timestamp = datedByRecords ? window.latest : last
    for (const result of resultsOf(call, content, shown, () => window.content, timestamp))
      call.emit(result, timestamp)
    if (content.isEmpty?.(window.content)) window.held = 0
  }

  #purge(window: OwnWindow): void {
    window.content = this.#options.content.create()
    window.held = 0
  }

  /** Up to which instant the time of the windows is complete. */
  #complete(call: Call): number {
    return this.#options.time === 'event' ? call.watermark : call.now - 1
  }

  #lastOf(end: number): number {
    return this.#options.holdsItsEnd ? end : end - 1
  }

  #gone(end: number, complete: number): boolean {
    return this.#lastOf(end) + this.#options.allowedLatenessMs <= complete
  }

  #waitUntilGone(call: Call, end: number): void {
    const instant = this.#lastOf(end) + this.#options.allowedLatenessMs
    if (this.#options.time === 'event') call.setTimer(instant)
    else call.setProcessingTimer(instant + 1)
  }
}
