import type { TimeDomain, TimeWindow } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Pane } from '../triggers.ts'
import { dropWhile, placeOf, startingAt } from './by-start.ts'
import type { Firing } from './firing.ts'
import { onBetween, onLate } from './late-record.ts'
import type { Slicing } from './slicing.ts'
import { newPane, type PaneState, type SlicedState, type SliceState } from './window-state.ts'

type Call = KeyedCall<SlicedState>

/**
 * Windows of a key that are the same for all keys: each record goes once into its slice, and a window is put together
 * of its slices when it gives a result.
 */
export class SlicedLogic implements KeyedLogic<SlicedState> {
  readonly shape: string
  readonly onProcessingTimer?: (call: Call, time: number) => void
  readonly #slicing: Slicing
  readonly #firing: Firing
  /** Whether every record has to be told to its windows, not only the first of a slice. */
  readonly #counted: boolean

  constructor(shape: string, slicing: Slicing, firing: Firing, counted: boolean) {
    this.shape = shape
    this.#slicing = slicing
    this.#firing = firing
    this.#counted = counted
    if (firing.byProcessingTime)
      this.onProcessingTimer = (call, time) => this.#onTime(call, time, 'processing')
  }

  create(): SlicedState {
    return { slices: [], panes: [] }
  }

  isEmpty({ panes }: SlicedState): boolean {
    return panes.length === 0
  }

  onRecord(call: Call, value: unknown): void {
    const firing = this.#firing
    const start = this.#slicing.startOf(firing.timeOf(call))
    const slice = startingAt(call.state.slices, start)
    if (this.#counted || slice === undefined || firing.lastOf(slice.firstEnd) <= firing.complete(call)) {
      this.#onFirst(call, value, start, slice)
    } else firing.content.add(slice.content, value, call.timestamp)
  }

  onTimer(call: Call, time: number): void {
    this.#onTime(call, time, 'event')
  }

  /** A record that its windows must be told of. */
  #onFirst(call: Call, value: unknown, start: number, known: SliceState | undefined): void {
    const { content } = this.#firing
    const complete = this.#firing.complete(call)
    const all = this.#slicing.windowsOf(start)
    const windows = all.filter(({ end }) => !this.#firing.gone(end, complete))
    if (windows.length === 0) {
      if (all.length === 0) onBetween(call)
      else onLate(call, value)
      return
    }
    const slice = known ?? this.#openSlice(call.state, start, all)
    content.add(slice.content, value, call.timestamp)
    for (const window of windows) {
      const pane = this.#paneOf(call, window, complete)
      const timing = this.#firing.arrive(call, pane)
      if (timing !== undefined) this.#fire(call, pane, timing)
    }
  }

  #openSlice({ slices }: SlicedState, start: number, windows: readonly TimeWindow[]): SliceState {
    const [firstEnd, lastEnd] = [windows[0]!.end, windows.at(-1)!.end]
    const slice = { start, firstEnd, lastEnd, content: this.#firing.content.create() }
    slices.splice(placeOf(slices, start), 0, slice)
    return slice
  }

  #paneOf(call: Call, { start, end }: TimeWindow, complete: number): PaneState {
    const { panes } = call.state
    const known = startingAt(panes, start)
    if (known !== undefined) return known
    const pane = newPane(start, end)
    pane.closed = this.#firing.lastOf(end) <= complete
    panes.splice(placeOf(panes, start), 0, pane)
    if (pane.closed) this.#firing.waitUntilGone(call, pane)
    else this.#firing.wait(call, this.#firing.lastOf(end))
    return pane
  }

  #onTime(call: Call, timer: number, kind: TimeDomain): void {
    const firing = this.#firing
    const complete = firing.instantOf(timer, kind)
    for (const pane of call.state.panes) {
      if (complete !== undefined) {
        if (!pane.closed && firing.lastOf(pane.end) <= complete) this.#close(call, pane)
        else if (pane.start > complete && !firing.givesEarly) break
      }
      if (firing.takeEarly(pane, timer, kind)) this.#fire(call, pane, 'early')
    }
    if (complete !== undefined) this.#forget(call.state, complete)
  }

  #close(call: Call, pane: PaneState): void {
    pane.closed = true
    if (pane.fresh > 0 || !this.#firing.trigger?.purging) this.#fire(call, pane, 'on-time')
    this.#firing.waitUntilGone(call, pane)
  }

  /** Windows that are gone, and the slices that no other window holds. */
  #forget(state: SlicedState, complete: number): void {
    dropWhile(state.panes, ({ end }) => this.#firing.gone(end, complete))
    dropWhile(state.slices, ({ lastEnd }) => this.#firing.gone(lastEnd, complete))
  }

  #fire(call: Call, pane: PaneState, timing: Pane['timing']): void {
    const { trigger } = this.#firing
    const { slices } = call.state
    const [from, to] = [placeOf(slices, pane.start), placeOf(slices, pane.end)]
    this.#firing.emit(call, pane, () => this.#merged(slices, from, to), timing)
    if (trigger?.purging) slices.splice(from, to - from)
  }

  #merged(slices: readonly SliceState[], from: number, to: number): unknown {
    const { content } = this.#firing
    if (to - from === 1) return slices[from]!.content
    const all = content.create()
    for (let index = from; index < to; index += 1) content.merge(all, slices[index]!.content)
    return all
  }
}
