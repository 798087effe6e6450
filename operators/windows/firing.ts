import type { FiringRule, TimeDomain } from '../../src/stream.ts'
import type { KeyedCall } from '../keyed/keyed-logic.ts'
import type { Pane } from '../triggers.ts'
import { resultsOf } from './results-of.ts'
import type { WindowContent } from './window-content.ts'
import type { PaneState } from './window-state.ts'

type Call = KeyedCall<unknown>
type Timing = Pane['timing']

/** What windows are told of when they give results. */
export interface FiringOptions {
  readonly time: TimeDomain
  readonly window: (start: number, end: number) => unknown
  readonly content: WindowContent
  readonly trigger: FiringRule | undefined
  readonly allowedLatenessMs: number
  /** Whether windows merge: then a record at the very end of one belongs to it, and it cannot close before that. */
  readonly holdsItsEnd: boolean
  /** Results carry the time of the window's last record instead of its last instant. */
  readonly datedByRecords: boolean
}

/**
 * When windows give results, by the time that they go by. All instants are the last that is complete: a window is over
 * when its last instant is. A timer of processing time is set one later, since records may still come in that millisecond.
 */
export class Firing {
  readonly content: WindowContent
  readonly trigger: FiringRule | undefined
  readonly #time: TimeDomain
  readonly #earlyTime: TimeDomain
  readonly #window: (start: number, end: number) => unknown
  readonly #allowedLatenessMs: number
  readonly #datedByRecords: boolean
  /** The last instant of a window, counted from its end. */
  readonly #last: 0 | -1

  constructor(options: FiringOptions) {
    const { time, window, content, trigger, allowedLatenessMs, datedByRecords } = options
    this.#last = options.holdsItsEnd ? 0 : -1
    this.content = content
    this.trigger = trigger
    this.#time = time
    this.#earlyTime = trigger?.time ?? time
    this.#window = window
    this.#allowedLatenessMs = allowedLatenessMs
    this.#datedByRecords = datedByRecords
  }

  /** Whether any timer is one of processing time. */
  get byProcessingTime(): boolean {
    return this.#time === 'processing' || (this.#earlyTime === 'processing' && this.givesEarly)
  }

  /** Whether windows that are not over may have to give results. */
  get givesEarly(): boolean {
    return this.trigger?.everyMs !== undefined
  }

  /** The time by which a record is put into a window. */
  timeOf(call: Call): number {
    return this.#time === 'event' ? call.timestamp : call.now
  }

  /** Up to which instant the time of the windows is complete. */
  complete(call: Call): number {
    return this.#time === 'event' ? call.watermark : call.now - 1
  }

  /** The last instant of a window that ends there: it closes when that is complete. */
  lastOf(end: number): number {
    return end + this.#last
  }

  /** Whether a window that ends there is gone, at a time that is complete so far. */
  gone(end: number, complete: number): boolean {
    return this.lastOf(end) + this.#allowedLatenessMs <= complete
  }

  /** Asks to be called when the time of the windows is complete up to this instant. */
  wait(call: Call, instant: number): void {
    if (this.#time === 'event') call.setTimer(instant)
    else call.setProcessingTimer(instant + 1)
  }

  /** For a window that has closed, and can still be corrected for a while. */
  waitUntilGone(call: Call, { end }: PaneState): void {
    if (this.#allowedLatenessMs > 0) this.wait(call, this.lastOf(end) + this.#allowedLatenessMs)
  }

  /** The instant for which a timer of the windows' time was set; nothing for one of the other time. */
  instantOf(timer: number, kind: TimeDomain): number | undefined {
    if (kind !== this.#time) return undefined
    return kind === 'event' ? timer : timer - 1
  }

  /** A record has come into a window. Says which result is to be given now, if any. */
  arrive(call: Call, pane: PaneState): Timing | undefined {
    pane.fresh += 1
    if (call.timestamp > pane.latest) pane.latest = call.timestamp
    if (pane.closed) return 'late'
    if (this.trigger?.count !== undefined && pane.fresh >= this.trigger.count) return 'early'
    if (this.trigger?.everyMs !== undefined && pane.early === null)
      this.#waitForEarly(call, pane, this.trigger.everyMs)
    return undefined
  }

  /** Whether an early result of the window was to be given at this timer. */
  takeEarly(pane: PaneState, timer: number, kind: TimeDomain): boolean {
    if (kind !== this.#earlyTime || pane.early === null || pane.early > timer) return false
    pane.early = null
    return !pane.closed && pane.fresh > 0
  }

  emit(call: Call, pane: PaneState, content: () => unknown, timing: Timing): void {
    const bounds = this.#window(pane.start, pane.end)
    const window =
      this.trigger === undefined ? bounds : { ...(bounds as object), pane: { timing, index: pane.fired } }
    pane.fired += 1
    pane.fresh = 0
    const timestamp = this.#datedByRecords ? pane.latest : this.lastOf(pane.end)
    for (const result of resultsOf(call, this.content, window, content, timestamp))
      call.emit(result, timestamp)
  }

  #waitForEarly(call: Call, pane: PaneState, everyMs: number): void {
    if (this.#earlyTime === 'processing') {
      pane.early = (Math.floor(call.now / everyMs) + 1) * everyMs
      call.setProcessingTimer(pane.early)
      return
    }
    const next = (Math.floor(call.timestamp / everyMs) + 1) * everyMs - 1
    if (next >= this.lastOf(pane.end)) return
    pane.early = next
    call.setTimer(next)
  }
}
