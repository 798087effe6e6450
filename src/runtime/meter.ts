/** Counts what happens in a run. */
export class Meter {
  readonly #totals = new Map<string, number>()

  readonly count = (counter: string, by = 1): void => {
    this.#totals.set(counter, (this.#totals.get(counter) ?? 0) + by)
  }

  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals)
  }
}
