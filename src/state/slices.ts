import { setImmediate as letOthersRun } from 'node:timers/promises'

/** About as much work as a thread may do before others want to run: a few milliseconds. */
const sliceUnits = 128 * 1024
/** What an entry costs, whatever its size. A unit is about the cost of a byte. */
const entryUnits = 128

/** Cuts long work on state into slices, so that records are processed in between. */
export class Slices {
  #units = 0

  /** An entry of so many bytes has been worked on. Settles when it is time to go on; `undefined` if that is now. */
  entry(bytes: number): Promise<void> | undefined {
    return this.worked(entryUnits + bytes)
  }

  worked(units: number): Promise<void> | undefined {
    this.#units += units
    if (this.#units < sliceUnits) return undefined
    this.#units = 0
    return letOthersRun()
  }
}
