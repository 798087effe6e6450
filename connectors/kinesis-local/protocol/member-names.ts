const slots = 256

interface Known {
  readonly bytes: Buffer
  readonly text: string
}

/** Texts of the few names that come again and again, found by their bytes. It never holds more than a page of them. */
export class MemberNames {
  readonly #known: (Known | undefined)[] = new Array(slots).fill(undefined)

  /** The text of the UTF-8 between two places of `bytes`. */
  textOf(bytes: Buffer, start: number, end: number): string {
    const slot = slotOf(bytes, start, end)
    const known = this.#known[slot]
    if (known !== undefined && isAt(known.bytes, bytes, start, end)) return known.text
    const text = bytes.toString('utf8', start, end)
    this.#known[slot] = { bytes: Buffer.from(bytes.subarray(start, end)), text }
    return text
  }
}

/** Length, first and last letter tell the names of the service apart nearly always. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  if (start === end) return 0
  const [first, last] = [bytes[start] as number, bytes[end - 1] as number]
  return ((end - start) * 31 + first * 7 + last) % slots
}

function isAt(name: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false
  return true
}
