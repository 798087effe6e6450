/** Counts what happens in a run. */
export class Meter {
  readonly #totals = new Map<string, number>()

  readonly count = (counter: string, by = 1): void => {
    this.#totals.set(counter, (this.#totals.get(counter) ?? 0) + by)
  }

  /** What there is at the moment, which may become less. */
  readonly level = (counter: string, value: number): void => {
    this.#totals.set(counter, value)
  }

  counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#totals)
  }
}
