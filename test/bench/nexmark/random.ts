/** Chance that is the same everywhere: sfc32, seeded by where it is used. */
export class Chance {
  #a = 0
  #b = 0
  #c = 0
  #d = 0

  constructor(low: number, high: number, seed: number, domain: number) {
    this.reseed(low, high, seed, domain)
  }

  /** Begins anew, as a new one would. */
  reseed(low: number, high: number, seed: number, domain: number): void {
    this.#a = low | 0
    this.#b = high | 0
    this.#c = seed | 0
    this.#d = domain | 0
    for (let drawn = 0; drawn < 12; drawn += 1) this.u32()
  }

  u32(): number {
    const t = (this.#a + this.#b + this.#d) | 0
    this.#d = (this.#d + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0
    return t >>> 0
  }

  /** A whole number from 0 up to, but without, `n`, which is at most 2^21. */
  int(n: number): number {
    return Math.floor((this.u32() * n) / 2 ** 32)
  }

  /** Letters, and about one in thirteen times `special`, at least 3 of them and less than `most`. */
  text(most: number, special: string): string {
    const length = 3 + this.int(most - 3)
    let text = ''
    for (let index = 0; index < length; index += 1) {
      const drawn = this.int(338)
      text += drawn < 26 ? special : letter(drawn % 26)
    }
    return text.replace(/^ +| +$/g, '')
  }
}

export function letter(index: number): string {
  return String.fromCharCode(97 + index)
}
