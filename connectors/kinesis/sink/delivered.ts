/** Counts records down until all have arrived. */
export class Delivered {
  /** Resolves then; rejects when they never will. */
  readonly all: Promise<void>
  #left: number
  #resolve = () => {}
  #reject = (_reason: unknown) => {}

  constructor(records: number) {
    this.#left = records
    this.all = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever waits hears of a failure; that nobody does is no failure of its own.
    this.all.catch(() => {})
    if (records === 0) this.#resolve()
  }

  one(): void {
    this.#left--
    if (this.#left === 0) this.#resolve()
  }

  fail(reason: unknown): void {
    this.#reject(reason)
  }
}
