import { codeOf, type FileFacts } from './file-facts.ts'
import { type FileOffset, stillHas, tailBytes, unsent, upTo } from './file-offset.ts'
import { fingerprintBytes, fingerprintOf } from './fingerprint.ts'
import { OpenFile } from './open-file.ts'
import {
  type Cursor,
  type Ending,
  enoughBytes,
  type RecordRules,
  type Split,
  type SplitRecord,
  splitRecords,
} from './split-records.ts'

/** Bytes that are read at a time, if records are not larger. */
const readBytes = 1024 * 1024

/** How records are taken. */
export interface Taking {
  readonly rules: RecordRules
  readonly ending: Ending
  readonly most: number
  readonly now: number
}

/**
 * A file that is being read. What is read and what is sent are two things: {@link sent} moves only when the stream has
 * acknowledged all that was read.
 */
export class TailedFile {
  readonly id: string
  path: string
  sizeBytes: number
  /** Since when its size and its time have been the same. */
  quietSince: number
  goneSince: number | undefined
  /** It begins as another file does, and may be a copy of it in the making: it is not read for a while. */
  held: { readonly for: string; readonly until: number } | undefined
  /** Why it cannot be read. */
  refused: string | undefined
  #sent: FileOffset
  #cursor: Cursor
  /** The bytes before the cursor. */
  #before: Buffer | undefined
  #open: OpenFile | undefined
  #changed: string | undefined
  #verified = ''
  /** What was looked at last without anything to take from it. */
  #nothingIn = ''

  constructor(known: FileOffset, now: number) {
    this.id = known.id
    this.path = known.path
    this.sizeBytes = known.sizeBytes
    this.goneSince = known.goneSince
    this.quietSince = now
    this.#sent = known
    this.#cursor = known.cursor
  }

  /** What is sent and acknowledged. Its size is the one at which that was last found to be still there. */
  get sent(): FileOffset {
    const { path, goneSince } = this
    const { id, name, cursor, head, tail, sizeBytes } = this.#sent
    return { id, path, name, cursor, head, tail, sizeBytes, ...(goneSince !== undefined && { goneSince }) }
  }

  get name(): string {
    return this.#sent.name
  }

  /** Up to where it is read. */
  get offset(): number {
    return this.#cursor.offset
  }

  get unreadBytes(): number {
    return Math.max(0, this.sizeBytes - this.offset)
  }

  get isOpen(): boolean {
    return this.#open !== undefined
  }

  /** It was found on the disk. */
  seen({ path, sizeBytes, changed }: FileFacts, now: number): void {
    this.path = path
    this.goneSince = undefined
    this.#note(sizeBytes, changed, now)
  }

  /** Looks at the open file itself, which may have no name any more. */
  async seenOpen(now: number): Promise<void> {
    await this.#orRefused(async (open) => {
      const { sizeBytes, changed } = await open.facts()
      this.#note(sizeBytes, changed, now)
    })
  }

  #note(sizeBytes: number, changed: string, now: number): void {
    if (changed === this.#changed && sizeBytes === this.sizeBytes) return
    this.quietSince = now
    this.#changed = changed
    this.sizeBytes = sizeBytes
  }

  /** Opens it; `false` if it cannot be, for now. */
  async open(): Promise<boolean> {
    if (this.#open !== undefined) return true
    try {
      this.#open = await OpenFile.open(this.path, this.id)
      this.refused = undefined
    } catch (error) {
      this.refused = codeOf(error)
    }
    return this.#open !== undefined
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.close()
  }

  /** What needs the open file. A disk that fails makes the file one that cannot be read. */
  async #orRefused<T>(attempt: (open: OpenFile) => Promise<T>): Promise<T | undefined> {
    if (this.#open === undefined) return undefined
    try {
      return await attempt(this.#open)
    } catch (error) {
      this.refused = codeOf(error)
      await this.close().catch(() => undefined)
      return undefined
    }
  }

  /** Whether what was sent of it is still in it, as far as can be seen now. */
  async check(): Promise<'same' | 'other' | 'unknown'> {
    const version = `${this.sizeBytes} ${this.#changed}`
    if (version === this.#verified && (this.isOpen || this.unreadBytes === 0)) return 'same'
    if (!(await this.open())) return 'unknown'
    const found = await this.#orRefused(async (open) => {
      if (!(await stillHas(open, this.sizeBytes, this.#sent))) return 'other'
      await this.#learn(open)
      this.#verified = version
      return 'same'
    })
    return found ?? 'unknown'
  }

  /** Takes note of more of its beginning, and of what stands before the offset. */
  async #learn(open: OpenFile): Promise<void> {
    const { head, cursor } = this.#sent
    if (head.bytes < fingerprintBytes && this.sizeBytes > head.bytes) {
      const beginning = fingerprintOf(await open.read(0, Math.min(fingerprintBytes, this.sizeBytes)))
      this.#sent = { ...this.#sent, head: beginning }
    }
    const { offset } = cursor
    this.#before ??= await open.read(offset - tailBytes(offset), tailBytes(offset))
    this.#sent = { ...this.#sent, sizeBytes: this.sizeBytes }
  }

  /** How many bytes at its beginning are those of another file; 0 if one of them begins otherwise. */
  async beginsAs(other: TailedFile): Promise<number> {
    const bytes = Math.min(fingerprintBytes, this.sizeBytes, other.sizeBytes)
    const [own, others] = [await this.#beginning(bytes), await other.#beginning(bytes)]
    return own !== undefined && others !== undefined && own.equals(others) ? bytes : 0
  }

  async #beginning(bytes: number): Promise<Buffer | undefined> {
    return (await this.open()) ? this.#orRefused((open) => open.read(0, bytes)) : undefined
  }

  /** If it is a copy of what another file was before that was truncated, it is read on from there. */
  async goOnAfter(past: FileOffset): Promise<boolean> {
    if (!(await this.open())) return false
    const known = upTo(past, this.sizeBytes, this.held?.for === past.id)
    const { offset } = known.cursor
    const before = await this.#orRefused(async (open) =>
      (await stillHas(open, this.sizeBytes, known))
        ? open.read(offset - tailBytes(offset), tailBytes(offset))
        : undefined,
    )
    if (before === undefined) return false
    this.#become({ ...known, tail: fingerprintOf(before) })
    return true
  }

  /** Starts it again at its beginning. What it was is given back, with the size it had when it was last like that. */
  startAgain(headerLines: number): FileOffset {
    const past = this.sent
    this.#become({ ...unsent(this, headerLines), name: past.name })
    return past
  }

  #become(offset: FileOffset): void {
    this.#sent = { ...offset, id: this.id, sizeBytes: this.sizeBytes }
    this.#cursor = offset.cursor
    this.#before = undefined
    this.#verified = ''
    this.#nothingIn = ''
  }

  /** Skips to behind the last line end, as if all before were sent. */
  async skipToEnd(): Promise<void> {
    const start = Math.max(0, this.sizeBytes - readBytes)
    const end = await this.#orRefused((open) => open.read(start, this.sizeBytes - start))
    if (end === undefined || end.length === 0) return
    const lineEnd = end.lastIndexOf(0x0a)
    const inLongLine = lineEnd === -1 && start > 0
    const read = inLongLine ? end.length : lineEnd + 1
    const before = end.subarray(Math.max(0, read - fingerprintBytes), read)
    const cursor = { offset: start + read, headerLines: 0, discarding: inLongLine }
    if (cursor.offset > 0) this.#become({ ...this.#sent, cursor, tail: fingerprintOf(before) })
  }

  /**
   * Hands over the next records, at most `most`, until one is not accepted: that one is then the next again. Gives what
   * was read, or `undefined` if there is nothing to take now.
   */
  async take(
    { rules, ending, most, now }: Taking,
    accept: (record: SplitRecord) => boolean,
  ): Promise<Split | undefined> {
    await this.seenOpen(now)
    // It may have been written anew since it was looked at; what that means is decided at the next look.
    if ((await this.check()) !== 'same') return undefined
    const look = `${this.sizeBytes} ${this.offset} ${ending.partialLine} ${ending.openRecord}`
    if (this.unreadBytes === 0 || look === this.#nothingIn) return undefined
    const length = Math.min(this.unreadBytes, Math.max(readBytes, enoughBytes(rules)))
    const bytes = await this.#orRefused((open) => open.read(this.offset, length))
    if (bytes === undefined) return undefined
    const atEnd = this.offset + bytes.length >= this.sizeBytes
    const split = splitRecords(bytes, this.#cursor, rules, atEnd ? ending : notEnded, most)
    if (split.cursor.offset === this.offset) this.#nothingIn = look
    const refused = split.records.find((record) => !accept(record))
    const cursor = refused ? { offset: refused.offset, headerLines: 0, discarding: false } : split.cursor
    if (cursor.offset === this.offset) return undefined
    this.#read(bytes.subarray(0, cursor.offset - this.offset), cursor)
    return split
  }

  #read(bytes: Buffer, cursor: Cursor): void {
    const before = Buffer.concat([this.#before ?? bytes.subarray(0, 0), bytes.subarray(-fingerprintBytes)])
    // A copy, so that the rest of what was read can go.
    this.#before = Buffer.from(before.subarray(-fingerprintBytes))
    this.#cursor = cursor
  }

  /** All that was read is acknowledged. Whether that changed anything. */
  acknowledge(): boolean {
    if (this.#cursor === this.#sent.cursor || this.#before === undefined) return false
    this.#sent = { ...this.#sent, cursor: this.#cursor, tail: fingerprintOf(this.#before) }
    return true
  }
}

const notEnded: Ending = { partialLine: false, openRecord: false }
