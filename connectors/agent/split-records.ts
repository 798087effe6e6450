/** Where in a file the next record begins. All of it is kept with the offsets, so that a restart goes on as if nothing was. */
export interface Cursor {
  /** In bytes. */
  readonly offset: number
  /** How many lines at the top are still to be skipped. */
  readonly headerLines: number
  /** The line at the offset is the rest of one that was shortened: it is not read. */
  readonly discarding: boolean
}

/** How the bytes of a file become records. */
export interface RecordRules {
  /** The most that a record may have. */
  readonly maxBytes: number
  /** Whether a record keeps the line end it has in the file. */
  readonly keepLineEnds: boolean
  /** A line that it matches begins a record; the lines up to the next one belong to it. Must be sticky. */
  readonly multiline: RegExp | undefined
  /** What becomes of a line that is too long: pieces of it, or its beginning and then `terminator`. */
  readonly longLines: 'split' | 'shorten'
  readonly terminator: Uint8Array
}

/** What the end of the bytes ends: only who knows that a file has been quiet for a while can say. */
export interface Ending {
  /** The last line, which has no line end. */
  readonly partialLine: boolean
  /** The last record of several lines. */
  readonly openRecord: boolean
}

/** A record, and how it came to be: `'split'` is a piece of a longer one, `'shortened'` has lost its rest. */
export interface SplitRecord {
  readonly data: Buffer
  /** Where in the file it begins. */
  readonly offset: number
  readonly kind: 'whole' | 'split' | 'shortened'
}

/** What some bytes gave. */
export interface Split {
  readonly records: readonly SplitRecord[]
  readonly cursor: Cursor
  readonly emptyLines: number
  readonly discardedBytes: number
}

/** The pattern sees no more of a line than this, so that one without an end need not be there to be decided on. */
const patternSeesBytes = 16 * 1024
const lineFeed = 0x0a
const carriageReturn = 0x0d

/** With so many bytes at hand there is always something to decide. */
export function enoughBytes({ maxBytes }: Pick<RecordRules, 'maxBytes'>): number {
  return maxBytes + 2 + patternSeesBytes
}

/**
 * The records of bytes that stand in a file from the cursor on, at most `most` of them. What is not complete is left for
 * the next time. However a file grows, and however often it is asked, the records are the same, unless an `ending` cuts
 * them short.
 */
export function splitRecords(
  bytes: Buffer,
  cursor: Cursor,
  rules: RecordRules,
  ending: Ending,
  most: number,
): Split {
  const splitting = new Splitting(bytes, cursor, rules, ending)
  while (splitting.records.length < most && splitting.step()) {}
  return splitting
}

/** A line that fits, as indices of the bytes. */
interface Line {
  /** Without the line end. */
  readonly textEnd: number
  /** What of it belongs to a record. */
  readonly dataEnd: number
  readonly next: number
}

class Splitting implements Split {
  readonly records: SplitRecord[] = []
  emptyLines = 0
  discardedBytes = 0
  readonly #bytes: Buffer
  readonly #rules: RecordRules
  readonly #ending: Ending
  readonly #offset: number
  #headerLines: number
  #discarding: boolean
  #at = 0

  constructor(bytes: Buffer, cursor: Cursor, rules: RecordRules, ending: Ending) {
    this.#bytes = bytes
    this.#rules = rules
    this.#ending = ending
    this.#offset = cursor.offset
    this.#headerLines = cursor.headerLines
    this.#discarding = cursor.discarding
  }

  get cursor(): Cursor {
    return {
      offset: this.#offset + this.#at,
      headerLines: this.#headerLines,
      discarding: this.#discarding,
    }
  }

  /** Takes the next thing off the bytes; `false` if nothing more can be decided. */
  step(): boolean {
    if (this.#at === this.#bytes.length) return false
    if (this.#discarding) return this.#discard()
    if (this.#headerLines > 0) return this.#skipHeaderLine()
    const line = this.#lineAt(this.#at)
    if (line === undefined) return false
    if (line === 'long') return this.#cut()
    if (line.textEnd === this.#at) {
      this.emptyLines += 1
      this.#at = line.next
      return true
    }
    if (this.#rules.multiline !== undefined) return this.#gather(line)
    return this.#emit(line, 'whole')
  }

  #discard(): boolean {
    const end = this.#bytes.indexOf(lineFeed, this.#at)
    const next = end === -1 ? this.#bytes.length : end + 1
    this.discardedBytes += (end === -1 ? next : end) - this.#at
    this.#discarding = end === -1
    this.#at = next
    return true
  }

  #skipHeaderLine(): boolean {
    const end = this.#bytes.indexOf(lineFeed, this.#at)
    const long = this.#bytes.length - this.#at >= enoughBytes(this.#rules)
    if (end === -1 && !long && !this.#ending.partialLine) return false
    this.#headerLines -= 1
    this.#discarding = end === -1
    this.#at = end === -1 ? this.#bytes.length : end + 1
    return true
  }

  #lineAt(at: number): Line | 'long' | undefined {
    const { maxBytes, keepLineEnds } = this.#rules
    const window = this.#bytes.subarray(at, at + maxBytes + 2)
    const length = window.indexOf(lineFeed)
    if (length === -1) {
      if (window.length > maxBytes + 1) return 'long'
      if (!this.#ending.partialLine) return undefined
      const end = this.#bytes.length
      return end - at > maxBytes ? 'long' : { textEnd: end, dataEnd: end, next: end }
    }
    const textEnd = at + length - (window[length - 1] === carriageReturn ? 1 : 0)
    const next = at + length + 1
    const dataEnd = keepLineEnds ? next : textEnd
    return dataEnd - at > maxBytes ? 'long' : { textEnd, dataEnd, next }
  }

  /** The first line of a record of several lines is there: it ends where another begins. */
  #gather(first: Line): boolean {
    for (let last = first; ; ) {
      const following = this.#following(last.next)
      if (following === undefined) return false
      if (following === 'begins') return this.#emit(last, 'whole')
      if (following === 'too much') return this.#emit(last, 'split')
      last = following
    }
  }

  /** What the line after one of the record is to the record; `undefined` if that cannot be said yet. */
  #following(at: number): Line | 'begins' | 'too much' | undefined {
    if (at === this.#bytes.length) return this.#ending.openRecord ? 'begins' : undefined
    const seen = this.#bytes.subarray(at, at + patternSeesBytes)
    const length = seen.indexOf(lineFeed)
    if (length === -1 && seen.length < patternSeesBytes && !this.#ending.partialLine) return undefined
    if (this.#begins(length === -1 ? seen : seen.subarray(0, length))) return 'begins'
    const { maxBytes } = this.#rules
    const line = this.#lineAt(at)
    if (line === undefined) return this.#bytes.length - this.#at > maxBytes + 1 ? 'too much' : undefined
    return line === 'long' || line.dataEnd - this.#at > maxBytes ? 'too much' : line
  }

  #begins(text: Buffer): boolean {
    const { multiline } = this.#rules
    if (multiline === undefined) return true
    multiline.lastIndex = 0
    const end = text.at(-1) === carriageReturn ? text.length - 1 : text.length
    return multiline.test(text.toString('utf8', 0, end))
  }

  #cut(): boolean {
    const { maxBytes, longLines, terminator } = this.#rules
    const at = this.#at
    if (longLines === 'split') {
      const end = characterEnd(this.#bytes, at, at + maxBytes)
      return this.#emit({ textEnd: end, dataEnd: end, next: end }, 'split')
    }
    const end = characterEnd(this.#bytes, at, at + maxBytes - terminator.length)
    const data = Buffer.concat([this.#bytes.subarray(at, end), terminator])
    this.records.push({ data, offset: this.#offset + at, kind: 'shortened' })
    this.#discarding = true
    this.#at = end
    return true
  }

  #emit({ dataEnd, next }: Line, kind: SplitRecord['kind']): true {
    const data = this.#bytes.subarray(this.#at, dataEnd)
    this.records.push({ data, offset: this.#offset + this.#at, kind })
    this.#at = next
    return true
  }
}

/** The last place up to `end` that is not within a character of UTF-8; `end` itself if that is no UTF-8. */
function characterEnd(bytes: Buffer, start: number, end: number): number {
  const continues = (at: number) => (bytes[at] ?? 0) >> 6 === 0b10
  let lead = end
  while (lead > end - 4 && lead > start && continues(lead)) lead -= 1
  return lead > start && !continues(lead) ? lead : end
}
