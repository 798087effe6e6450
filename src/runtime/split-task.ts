import type { CommittedPosition, EmittedPosition } from '../contract/position.ts'
import type { Fetched, Split, SplitReader } from '../contract/source.ts'

/**
 * Reads one split ahead by one fetch, and knows how far its records were handed over.
 *
 *     fetching → ready → (handed over) → fetching → …
 */
export class SplitTask {
  readonly split: Split
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
  readonly #reader: SplitReader<unknown>
  #fetching = false

  constructor(split: Split, position: CommittedPosition | undefined, reader: SplitReader<unknown>) {
    this.split = split
    this.position = position === undefined ? undefined : { after: position.after }
    this.#reader = reader
  }

  /** Fetches ahead, unless that is being done or a fetch waits to be handed over. */
  prefetch(onReady: () => void, onError: (error: unknown) => void): void {
    if (this.#fetching || this.ready !== undefined) return
    this.#fetching = true
    this.#reader
      .fetch()
      .then((fetched) => {
        this.#fetching = false
        this.ready = fetched
        onReady()
      })
      .catch(onError)
  }

  /** Takes the fetch that is ready: from now on its records count as emitted. */
  take(): Fetched<unknown> {
    const fetched = this.ready!
    this.ready = undefined
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
