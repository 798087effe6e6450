/**
 * Allows so much a second and no more. What is spent may exceed what is there (the size of a response is known only
 * afterwards); the debt is then waited out. It reads no clock: every question brings its time.
 */
export class TokenBucket {
  readonly #perSecond: number
  readonly #capacity: number
  #tokens: number
  #at = Number.NEGATIVE_INFINITY

  /** Starts full. `capacity` is what may be spent at once after a rest. */
  constructor(perSecond: number, capacity: number) {
    this.#perSecond = perSecond
    this.#capacity = capacity
    this.#tokens = capacity
  }

  /** Milliseconds from `now` until `amount` is there; 0 if it is. More than the capacity is never asked for. */
  waitMs(amount: number, now: number): number {
    this.#refill(now)
    const missing = Math.min(amount, this.#capacity) - this.#tokens
    return missing <= 0 ? 0 : (missing / this.#perSecond) * 1000
  }

  spend(amount: number, now: number): void {
    this.#refill(now)
    this.#tokens -= amount
  }

  #refill(now: number): void {
    const elapsedMs = Math.max(0, now - this.#at)
    this.#tokens = Math.min(this.#capacity, this.#tokens + (elapsedMs / 1000) * this.#perSecond)
    this.#at = now
  }
}
