interface Started {
  readonly start: number
}

/** Where the first stands that does not start before `start`, in a list that is sorted by starts. */
export function placeOf(sorted: readonly Started[], start: number): number {
  let [low, high] = [0, sorted.length]
  // Mostly it is the newest, or newer than that.
  if (high > 0 && sorted[high - 1]!.start < start) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]!.start < start) low = middle + 1
    else high = middle
  }
  return low
}

/** The one that starts there, in a list that is sorted by starts. */
export function startingAt<S extends Started>(sorted: readonly S[], start: number): S | undefined {
  const found = sorted[placeOf(sorted, start)]
  return found?.start === start ? found : undefined
}

/** Removes those at the beginning of a list that a condition holds for. */
export function dropWhile<T>(list: T[], condition: (item: T) => boolean): void {
  const kept = list.findIndex((item) => !condition(item))
  if (kept !== 0) list.splice(0, kept === -1 ? list.length : kept)
}
