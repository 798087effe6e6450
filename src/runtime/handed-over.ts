/** A fetch that is being handed over. */
export interface FetchUnderWay {
  readonly split: string
  /** Where its split stood before; `undefined` if nothing was read of it. */
  readonly after: string | undefined
}

/** How far the records of a source have been handed over. */
export class HandedOver {
  readonly #open: () => Readonly<Record<string, string>>
  /** Where splits ended that were read to their end since the last cut. */
  readonly #ended = new Map<string, string>()
  #underWay: FetchUnderWay | undefined
  #steps = 0

  /** @param open The positions of the splits that were begun and are not finished. */
  constructor(open: () => Readonly<Record<string, string>>) {
    this.#open = open
  }

  /** Grows whenever {@link positions} or {@link underWay} changes. */
  get steps(): number {
    return this.#steps
  }

  get underWay(): FetchUnderWay | undefined {
    return this.#underWay
  }

  /** Of all splits, also of those that were read to their end since the last cut. */
  get positions(): Readonly<Record<string, string>> {
    return { ...this.#open(), ...Object.fromEntries(this.#ended) }
  }

  begin(fetch: FetchUnderWay): void {
    this.#underWay = fetch
    this.#steps += 1
  }

  done(): void {
    this.#underWay = undefined
    this.#steps += 1
  }

  end(split: string, position: string | undefined): void {
    if (position !== undefined) this.#ended.set(split, position)
  }

  /** A barrier has passed. */
  cut(): void {
    this.#ended.clear()
    this.#steps += 1
  }
}
