/** How often things have really happened, over all runs. */
export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #most = new Map<string, number>()

  add(what: string, count = 1): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + count)
  }

  most(what: string, figure: number): void {
    this.#most.set(what, Math.max(this.#most.get(what) ?? 0, figure))
  }

  get text(): string {
    const lines = [...this.#counts, ...this.#most].sort(([a], [b]) => (a < b ? -1 : 1))
    return lines.map(([what, count]) => `  ${what}: ${count}`).join('\n')
  }
}
