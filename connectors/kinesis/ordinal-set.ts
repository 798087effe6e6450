/**
 * A set of ordinals as intervals. Records that come in order make one interval; each one that is missing for a while
 * adds another.
 */
export class OrdinalSet {
  /** First and last of each interval, ascending; between two of them at least one ordinal is missing. */
  readonly #bounds: number[]

  constructor(bounds: readonly number[] = []) {
    this.#bounds = [...bounds]
  }

  /** The first interval's first, then in turn how many follow it in the interval, and how many are missing after it. */
  static fromJson(steps: readonly number[]): OrdinalSet {
    let at = 0
    return new OrdinalSet(
      steps.map((step) => {
        at += step
        return at
      }),
    )
  }

  toJson(): number[] {
    return this.#bounds.map((bound, index) => bound - (this.#bounds[index - 1] ?? 0))
  }

  get intervals(): number {
    return this.#bounds.length / 2
  }

  /** Takes an ordinal in; false if it is in the set already. */
  add(ordinal: number): boolean {
    const bounds = this.#bounds
    const last = bounds.at(-1)
    if (last !== undefined && ordinal === last + 1) bounds[bounds.length - 1] = ordinal
    else if (last === undefined || ordinal > last) bounds.push(ordinal, ordinal)
    else return this.#insert(ordinal)
    return true
  }

  #insert(ordinal: number): boolean {
    const bounds = this.#bounds
    const at = this.#intervalFrom(ordinal)
    if (ordinal >= bounds[at]!) return false
    const joinsBefore = at > 0 && bounds[at - 1] === ordinal - 1
    const joinsAfter = bounds[at] === ordinal + 1
    if (joinsBefore && joinsAfter) bounds.splice(at - 1, 2)
    else if (joinsBefore) bounds[at - 1] = ordinal
    else if (joinsAfter) bounds[at] = ordinal
    else bounds.splice(at, 0, ordinal, ordinal)
    return true
  }

  /** Where the first interval stands that ends at the ordinal or after it; there is one. */
  #intervalFrom(ordinal: number): number {
    const bounds = this.#bounds
    let [low, high] = [0, bounds.length / 2 - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if (bounds[2 * middle + 1]! < ordinal) low = middle + 1
      else high = middle
    }
    return 2 * low
  }
}
