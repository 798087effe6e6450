/** So much per second, and no more than one second's worth at once. */
export class Allowance {
  readonly #perSecond: number
  #left: number
  #at = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
  }

  /** What can be taken now. */
  left(now: number): number {
    const passedMs = Math.max(0, now - this.#at)
    this.#at = Math.max(this.#at, now)
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs * this.#perSecond) / 1000)
    return this.#left
  }

  take(amount: number): void {
    this.#left -= amount
  }
}
