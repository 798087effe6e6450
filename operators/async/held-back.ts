/** Records that came between two watermarks, or a single one where order counts. */
interface Segment<R> {
  readonly results: R[]
  /** Records without a result yet. */
  pending: number
  /** Comes after all of them. */
  watermark: number | undefined
  next: Segment<R> | undefined
}

/** The place that a record keeps until it has its result. */
export type Place<R> = Segment<R>

/**
 * Lets results out so that none overtakes what it must not: a watermark passes when everything before it has passed,
 * a result when the watermarks before it have, and, where order counts, all results before it.
 *
 *     segment (records in flight, results) ─ watermark ─▶ segment ─ watermark ─▶ segment
 */
export class HeldBack<R> {
  readonly #ordered: boolean
  readonly #letOut: (result: R) => void
  readonly #letOutWatermark: (timestamp: number) => void
  #first: Segment<R> | undefined
  #last: Segment<R> | undefined
  #size = 0

  constructor(ordered: boolean, letOut: (result: R) => void, letOutWatermark: (timestamp: number) => void) {
    this.#ordered = ordered
    this.#letOut = letOut
    this.#letOutWatermark = letOutWatermark
  }

  /** Records that have not been let out. */
  get size(): number {
    return this.#size
  }

  /** Keeps the place of a record. */
  enter(): Place<R> {
    const last = this.#last
    const place = last === undefined || this.#ordered || last.watermark !== undefined ? this.#open() : last
    place.pending += 1
    this.#size += 1
    return place
  }

  /** A watermark comes after all records so far. */
  watermark(timestamp: number): void {
    if (this.#last === undefined) this.#letOutWatermark(timestamp)
    else this.#last.watermark = timestamp
  }

  /** The record that has this place has its result. Lets out whatever may go now. */
  settle(place: Place<R>, result: R): void {
    place.pending -= 1
    place.results.push(result)
    for (let first = this.#first; first !== undefined; first = this.#first) {
      this.#letOutResults(first)
      if (first.pending > 0) return
      this.#first = first.next
      if (this.#first === undefined) this.#last = undefined
      if (first.watermark !== undefined) this.#letOutWatermark(first.watermark)
    }
  }

  #letOutResults({ results }: Segment<R>): void {
    for (const result of results) {
      this.#size -= 1
      this.#letOut(result)
    }
    results.length = 0
  }

  #open(): Segment<R> {
    const opened: Segment<R> = { results: [], pending: 0, watermark: undefined, next: undefined }
    if (this.#last === undefined) this.#first = opened
    else this.#last.next = opened
    this.#last = opened
    return opened
  }
}
