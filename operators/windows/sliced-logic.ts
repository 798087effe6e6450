import type { TimeDomain, TimeWindow } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import type { Pane } from '../triggers.ts'
import type { Firing } from './firing.ts'
import { onLate } from './late-record.ts'
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
    const slice = sliceAt(call.state.slices, start)
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
      onLate(call, value)
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
    const after = slices.findLastIndex((other) => other.start < start)
    slices.splice(after + 1, 0, slice)
    return slice
  }

  #paneOf(call: Call, { start, end }: TimeWindow, complete: number): PaneState {
    const known = call.state.panes.find((pane) => pane.start === start)
    if (known !== undefined) return known
    const pane = newPane(start, end)
    pane.closed = this.#firing.lastOf(end) <= complete
    call.state.panes.push(pane)
    if (pane.closed) this.#firing.waitUntilGone(call, pane)
    else this.#firing.wait(call, this.#firing.lastOf(end))
    return pane
  }

  #onTime(call: Call, timer: number, kind: TimeDomain): void {
    const { state } = call
    const complete = this.#firing.instantOf(timer, kind)
    if (complete !== undefined) {
      for (const pane of state.panes)
        if (!pane.closed && this.#firing.lastOf(pane.end) <= complete) this.#close(call, pane)
    }
    for (const pane of state.panes) {
      if (this.#firing.takeEarly(pane, timer, kind)) this.#fire(call, pane, 'early')
    }
    if (complete !== undefined) this.#forget(state, complete)
  }

  #close(call: Call, pane: PaneState): void {
    pane.closed = true
    if (pane.fresh > 0 || !this.#firing.trigger?.purging) this.#fire(call, pane, 'on-time')
    this.#firing.waitUntilGone(call, pane)
  }

  /** Windows that are gone, and the slices that no other window holds. */
  #forget(state: SlicedState, complete: number): void {
    state.panes = state.panes.filter(({ end }) => !this.#firing.gone(end, complete))
    state.slices = state.slices.filter(({ lastEnd }) => !this.#firing.gone(lastEnd, complete))
  }

  #fire(call: Call, pane: PaneState, timing: Pane['timing']): void {
    const { content, trigger } = this.#firing
    const { state } = call
    const slices = state.slices.filter(({ start }) => start >= pane.start && start < pane.end)
    const [only, another] = slices
    let all = only?.content
    if (only === undefined || another !== undefined) {
      all = content.create()
      for (const slice of slices) content.merge(all, slice.content)
    }
    this.#firing.emit(call, pane, all, timing)
    if (trigger?.purging) state.slices = state.slices.filter((slice) => !slices.includes(slice))
  }
}

/** Records mostly come into the newest slices. */
function sliceAt(slices: readonly SliceState[], start: number): SliceState | undefined {
  for (let index = slices.length - 1; index >= 0; index -= 1) {
    const slice = slices[index]!
    if (slice.start === start) return slice
    if (slice.start < start) return undefined
  }
  return undefined
}
