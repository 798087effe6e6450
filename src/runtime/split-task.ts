import type { CommittedPosition, EmittedPosition } from '../contract/position.ts'
import type { Fetched, Split, SplitReader } from '../contract/source.ts'

/**
 * Reads one split ahead by one fetch, and knows how far its records were handed over.
 *
 *     fetching → ready → (handed over) → fetching → …
 */
export class SplitTask {
  readonly split: Split
  /** Unique among the splits of all sources. */
  readonly name: string
  position: EmittedPosition | undefined
  /** A fetch that waits to be handed over. */
  ready: Fetched<unknown> | undefined
  /** The last fetch that was handed over found the end of the stream. */
  caughtUp = false
  idle = false
  records = 0
  bytes = 0
  behindMs: number | undefined
  firstBehindMs: number | undefined
  /** How many fetches have settled, were handed over, and are in a published checkpoint. */
  readonly counts = { fetched: 0, emitted: 0, acknowledged: 0 }
  #emittedAtCut = 0
  #reader: SplitReader<unknown>
  #fetching = false
  /** What the reader has taken in, and will bring with the next fetches. */
  #restBytes = 0
  /** What a fetch is taken to bring: as much as the last one, and at first the most that Kinesis gives. */
  #expectedBytes = 10 * 2 ** 20

  constructor(
    split: Split,
    name: string,
    position: CommittedPosition | undefined,
    reader: SplitReader<unknown>,
  ) {
    this.split = split
    this.name = name
    this.position = position === undefined ? undefined : { after: position.after }
    this.#reader = reader
  }

  /** Whether nothing is fetched ahead, nor being fetched. */
  get drained(): boolean {
    return !this.#fetching && this.ready === undefined
  }

  get fetching(): boolean {
    return this.#fetching
  }

  /** What is held, or expected from the fetch that is under way. */
  get bytesAhead(): number {
    const coming = this.#fetching ? this.bytesToCome : 0
    return (this.ready?.sizeBytes ?? 0) + this.#restBytes + coming
  }

  /** What the next fetch would add to that. */
  get bytesToCome(): number {
    return this.#restBytes > 0 ? 0 : this.#expectedBytes
  }

  /** Why the reader has to wait, if it names a reason. */
  get readerHeldBy(): string | undefined {
    return this.#reader.heldBy
  }

  prefetch(onReady: () => void, onError: (error: unknown) => void): void {
    const reader = this.#reader
    this.#fetching = true
    reader
      .fetch()
      .then((fetched) => {
        // What a reader brings that was replaced meanwhile is brought by the other again.
        if (reader !== this.#reader) return
        this.#fetching = false
        this.counts.fetched += 1
        const { sizeBytes, restBytes = 0 } = fetched
        if (this.#restBytes === 0) this.#expectedBytes = sizeBytes + restBytes
        this.#restBytes = restBytes
        this.ready = fetched
        onReady()
      })
      .catch((error: unknown) => {
        if (reader === this.#reader) onError(error)
      })
  }

  /** Goes on with another reader, which begins after what was handed over. */
  replaceReader(reader: SplitReader<unknown>): void {
    const stalled = this.#reader
    this.#reader = reader
    this.#fetching = false
    this.ready = undefined
    this.#restBytes = 0
    stalled.close()
  }

  /** What was handed over by now is in the checkpoint that begins. */
  cut(): void {
    this.#emittedAtCut = this.counts.emitted
  }

  /** That checkpoint is published. */
  acknowledge(): void {
    this.counts.acknowledged = this.#emittedAtCut
  }

  /** Takes the fetch that is ready: from now on its records count as emitted. */
  take(): Fetched<unknown> {
    const fetched = this.ready!
    this.ready = undefined
    this.counts.emitted += 1
    this.records += fetched.values.length + fetched.undecodable.length
    this.bytes += fetched.sizeBytes
    this.behindMs = fetched.behindMs
    this.firstBehindMs ??= fetched.behindMs
    this.caughtUp = fetched.behindMs === 0
    // A split at its end is not quiet: what comes next is in its children, and may be much older than now.
    this.idle = this.caughtUp && !fetched.finished && fetched.values.length === 0
    if (fetched.position !== undefined) this.position = { after: fetched.position.after }
    return fetched
  }

  close(): void {
    this.#reader.close()
  }
}
