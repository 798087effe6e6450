/**
 * So much per second, and no more than one second's worth at once. One that asks for more gets it when all is there, and
 * the debt is paid off before anything else is granted. A clock that goes back gives nothing and takes nothing away.
 */
export class Allowance {
  readonly #perSecond: number
  #left: number
  #at = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
  }

  grants(amount: number, now: number): boolean {
    return this.missingMs(amount, now) <= 0
  }

  /** How many milliseconds pass before it grants so much; 0 or less if it does now. */
  missingMs(amount: number, now: number): number {
    const passedMs = Math.max(0, now - this.#at)
    this.#at = now
    this.#left = Math.min(this.#perSecond, this.#left + (passedMs * this.#perSecond) / 1000)
    return Math.ceil(((Math.min(amount, this.#perSecond) - this.#left) * 1000) / this.#perSecond)
  }

  take(amount: number): void {
    this.#left -= amount
  }
}
