import type { CountWindows } from '../../src/stream.ts'
import type { KeyedCall, KeyedLogic } from '../keyed/keyed-logic.ts'
import { onBetween } from './late-record.ts'
import { sliceLength } from './slice-length.ts'
import type { WindowContent } from './window-content.ts'

/** Slices of records, the oldest first, and how many records the key has had. */
interface CountState {
  readonly slices: unknown[]
  counted: number
}

/** Windows of records of a key, put together of slices of as many records as divide both size and slide. */
export class CountLogic implements KeyedLogic<CountState> {
  readonly shape: string
  readonly #windows: CountWindows<unknown>
  readonly #content: WindowContent
  readonly #slice: number

  constructor(shape: string, windows: CountWindows<unknown>, content: WindowContent) {
    this.shape = shape
    this.#windows = windows
    this.#content = content
    this.#slice = sliceLength(windows.size, windows.slide)
  }

  create(): CountState {
    return { slices: [], counted: 0 }
  }

  /** Windows are numbered, so a key that was there once is never forgotten. */
  isEmpty(): boolean {
    return false
  }

  onRecord(call: KeyedCall<CountState>, value: unknown): void {
    const { slices } = call.state
    const { size, slide } = this.#windows
    if (call.state.counted % slide < slide - size) onBetween(call)
    else {
      if (call.state.counted % this.#slice === 0) slices.push(this.#content.create())
      this.#content.add(slices.at(-1), value, call.timestamp)
    }
    call.state.counted += 1
    if (call.state.counted % slide === 0) this.#fire(call)
  }

  #fire(call: KeyedCall<CountState>): void {
    const { size, slide, window } = this.#windows
    const { slices, counted } = call.state
    const all = this.#content.create()
    for (const slice of slices) this.#content.merge(all, slice)
    const bounds = window(Math.max(0, counted - size), counted)
    for (const result of this.#content.results(call.key, bounds, all)) call.emit(result, call.timestamp)
    // The next window holds so much less of what is there.
    const kept = Math.max(0, size - slide) / this.#slice
    slices.splice(0, Math.max(0, slices.length - kept))
  }
}
