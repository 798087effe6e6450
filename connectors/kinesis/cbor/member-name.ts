/**
 * The name of a member, of four ASCII characters or more. It is compared four bytes at a time: names are a third of the
 * bytes of a small record.
 */
export class MemberName {
  readonly text: string
  readonly #words: readonly number[]

  constructor(text: string) {
    const bytes = Buffer.from(text)
    this.text = text
    this.#words = starts(bytes.length).map((at) => bytes.readUInt32BE(at))
  }

  get length(): number {
    return this.text.length
  }

  /** Whether these bytes, which are as many as the name has characters, are the name. */
  standsAt(at: number, view: DataView): boolean {
    const words = this.#words
    const last = words.length - 1
    for (let i = 0; i < last; i++) if (view.getUint32(at + 4 * i) !== words[i]) return false
    return view.getUint32(at + this.text.length - 4) === words[last]
  }
}

/** Where its words begin: every four bytes, but the last one where it ends with the name. */
function starts(length: number): number[] {
  return Array.from({ length: Math.ceil(length / 4) }, (_, i) => Math.min(4 * i, length - 4))
}
