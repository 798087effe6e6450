import type { Committable } from '../../../src/contract/sink.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'

/*
 * The state of the queue:
 *
 *     part 0    a Head, as JSON
 *     part 1…n  records, in the order of the batches that the head names
 *
 * What is in a batch that is finished never changes, so what is sent under its id never does either.
 */
const schema = 1

interface Head {
  readonly nextNumber: number
  readonly nextOrdinal: number
  readonly batches: readonly BatchHead[]
}

interface BatchHead {
  readonly number: number
  /** The place of its first record among all of the sink. */
  readonly first: number
  readonly openedAt: number
  readonly records: number
  readonly pieces: number
  readonly finished: boolean
}

/** Records that go out together. */
export interface QueuedBatch {
  readonly number: number
  readonly first: number
  readonly openedAt: number
  readonly records: number
  readonly sizeBytes: number
  readonly pieces: readonly Uint8Array[]
}

/** A batch that still grows. */
interface OpenBatch {
  readonly number: number
  readonly first: number
  readonly openedAt: number
  records: number
  sizeBytes: number
  pieces: Uint8Array[]
  /** Records that are in no piece yet. */
  loose: Uint8Array[]
}

/** What one request may hold. */
export interface BatchLimits {
  readonly records: number
  readonly bytes: number
}

/** As many pieces are put together to one, so that many checkpoints do not leave many parts. */
const mostPieces = 32

/** Puts records into batches, in their order, and keeps those until they have arrived. */
export class BatchQueue {
  readonly #limits: BatchLimits
  #nextNumber = 0
  #nextOrdinal = 0
  #open: OpenBatch | undefined
  #waiting: readonly QueuedBatch[] = []
  #head: Uint8Array = new Uint8Array()

  /** @throws MillraceError `CHECKPOINT_INCOMPATIBLE`, `CHECKPOINT_CORRUPT` for a state that is none of this sink. */
  constructor(limits: BatchLimits, restored?: Snapshot) {
    this.#limits = limits
    if (restored !== undefined) this.#restore(restored)
  }

  /** Batches that are finished and have not arrived. */
  get waiting(): readonly QueuedBatch[] {
    return this.#waiting
  }

  /** When the first record of the batch that still grows came; `undefined` if there is none. */
  get openedAt(): number | undefined {
    return this.#open?.openedAt
  }

  /** Everything that is held. */
  get sizeBytes(): number {
    return this.#waiting.reduce((sum, { sizeBytes }) => sum + sizeBytes, this.#open?.sizeBytes ?? 0)
  }

  /** Adds a record. Gives how many bytes it has finished, which may be none. */
  add(bytes: Uint8Array, now: number): number {
    let finished = 0
    const { records, bytes: mostBytes } = this.#limits
    if (this.#open !== undefined && this.#open.sizeBytes + bytes.length > mostBytes) finished += this.finish()
    const open = this.#openBatch(now)
    open.loose.push(bytes)
    open.records += 1
    open.sizeBytes += bytes.length
    this.#nextOrdinal += 1
    if (open.records >= records || open.sizeBytes >= mostBytes) finished += this.finish()
    return finished
  }

  /** Nothing more comes into the batch that still grows. Gives its bytes. */
  finish(): number {
    if (this.#open === undefined) return 0
    pack(this.#open)
    const { number, first, openedAt, records, sizeBytes, pieces } = this.#open
    this.#waiting = [...this.#waiting, { number, first, openedAt, records, sizeBytes, pieces }]
    this.#open = undefined
    return sizeBytes
  }

  /** It has arrived. */
  drop(batch: QueuedBatch): void {
    this.#waiting = this.#waiting.filter((one) => one !== batch)
  }

  get committables(): readonly Committable[] {
    return this.#waiting.map(({ number }) => ({ batch: number }))
  }

  /** Parts that did not change are the same arrays as before. */
  snapshot(): Snapshot {
    if (this.#open !== undefined) pack(this.#open)
    const waiting = this.#waiting.map((batch) => ({ batch, finished: true }))
    const all = this.#open === undefined ? waiting : [...waiting, { batch: this.#open, finished: false }]
    const batches = all.map(({ batch: { number, first, openedAt, records, pieces }, finished }) => {
      return { number, first, openedAt, records, pieces: pieces.length, finished }
    })
    const head: Head = { nextNumber: this.#nextNumber, nextOrdinal: this.#nextOrdinal, batches }
    const encoded = Buffer.from(JSON.stringify(head))
    if (!encoded.equals(this.#head)) this.#head = encoded
    return { schema, parts: [this.#head, ...all.flatMap(({ batch }) => batch.pieces)] }
  }

  #openBatch(now: number): OpenBatch {
    this.#open ??= {
      ...{ number: this.#nextNumber++, first: this.#nextOrdinal, openedAt: now, records: 0, sizeBytes: 0 },
      ...{ pieces: [], loose: [] },
    }
    return this.#open
  }

  #restore({ schema: version, parts: [head, ...pieces] }: Snapshot): void {
    if (version !== schema || head === undefined)
      throw new MillraceError(
        'CHECKPOINT_INCOMPATIBLE',
        `the checkpoint holds state of version ${version} for this sink, not ${schema}`,
      )
    const { nextNumber, nextOrdinal, batches } = headIn(head)
    this.#head = head
    this.#nextNumber = nextNumber
    this.#nextOrdinal = nextOrdinal
    let at = 0
    for (const { pieces: count, finished, ...facts } of batches) {
      const own = pieces.slice(at, at + count)
      at += count
      const sizeBytes = own.reduce((sum, { length }) => sum + length, 0)
      if (finished) this.#waiting = [...this.#waiting, { ...facts, sizeBytes, pieces: own }]
      else this.#open = { ...facts, sizeBytes, pieces: own, loose: [] }
    }
  }
}

function pack(open: OpenBatch): void {
  if (open.loose.length > 0) open.pieces.push(Buffer.concat(open.loose))
  open.loose = []
  if (open.pieces.length > mostPieces) open.pieces = [Buffer.concat(open.pieces)]
}

function headIn(part: Uint8Array): Head {
  try {
    return JSON.parse(Buffer.from(part).toString())
  } catch (cause) {
    throw new MillraceError('CHECKPOINT_CORRUPT', 'the state of the sink cannot be read', { cause })
  }
}
