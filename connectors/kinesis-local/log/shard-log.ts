import type { BlobWriter, NewRecord } from './new-record.ts'
import { recordSize } from './record-layout.ts'
import { Segment } from './segment.ts'
import type { SegmentFolder } from './segment-folder.ts'

/** A segment is sealed once it holds this much. */
const segmentSizeBytes = 4 * 2 ** 20

/** Records of one segment, `from` to before `to`, as indices in it. */
export interface Slice {
  readonly segment: Segment
  readonly from: number
  readonly to: number
}

/** The records of one shard in their order, addressed by counter: 1, 2, 3 … without gaps, also over restarts. */
export class ShardLog {
  readonly #folder: SegmentFolder | undefined
  /** Oldest first. The last one takes new records. The last one that has any stays, since it knows the next counter. */
  readonly #segments: Segment[]
  readonly #startMs: number
  #oldest: number
  #oldestArrivalMs: number

  /**
   * @param startMs No record arrived before.
   * @param folder Without it the records live in memory only.
   */
  constructor(startMs: number, folder?: SegmentFolder) {
    this.#startMs = startMs
    this.#folder = folder
    const recovered = folder?.recover() ?? []
    this.#segments = recovered.length > 0 ? recovered : [this.#create(1)]
    this.#oldest = this.#segments[0]!.first
    this.#oldestArrivalMs = this.arrivalMsAt(this.#oldest)
  }

  /** The counter of the record that comes next. Staged records count. */
  get next(): number {
    return this.#active.end
  }

  /** The counter of the oldest record that is retained, or {@link next} if there is none. */
  get oldest(): number {
    return this.#oldest
  }

  /** When the newest record arrived, or the log began if there never was one. */
  get lastArrivalMs(): number {
    return this.#active.lastArrivalMs || (this.#segments.at(-2)?.lastArrivalMs ?? this.#startMs)
  }

  /** Adds a record that nobody can read before {@link commit}. False, and nothing added, if the blob is malformed. */
  stage(record: NewRecord, arrivalMs: number, writer: BlobWriter): boolean {
    return this.#active.stage(record, arrivalMs, writer)
  }

  /** Acknowledges what was staged. If it cannot be written, forgets it and throws. */
  commit(): void {
    const active = this.#active
    active.commit()
    if (this.#oldestArrivalMs === Number.POSITIVE_INFINITY)
      this.#oldestArrivalMs = this.arrivalMsAt(this.#oldest)
    if (active.sizeBytes < segmentSizeBytes) return
    active.seal()
    this.#folder?.noteSealed(active)
    this.#segments.push(this.#create(active.end, active))
  }

  rollback(): void {
    this.#active.rollback()
  }

  /** Lets go of the records that arrived before `ms`. */
  trim(ms: number): void {
    if (this.#oldestArrivalMs >= ms) return
    this.#oldest = this.firstAtOrAfter(ms)
    this.#oldestArrivalMs = this.arrivalMsAt(this.#oldest)
    while (this.#mayDropFirst()) this.#segments.shift()!.delete()
  }

  /** The counter of the first retained record that arrived at `ms` or later; {@link next} if there is none. */
  firstAtOrAfter(ms: number): number {
    const segment = this.#segments.find(({ count, lastArrivalMs }) => count > 0 && lastArrivalMs >= ms)
    return segment === undefined
      ? this.next
      : Math.max(this.#oldest, segment.first + segment.indexAtOrAfter(ms))
  }

  /** When the record with this counter arrived; infinity if there is none yet. */
  arrivalMsAt(counter: number): number {
    const segment = this.#segments[this.#segmentIndexOf(counter)]
    return segment === undefined ? Number.POSITIVE_INFINITY : segment.arrivalMsOf(counter - segment.first)
  }

  /** The records from `counter` on: at most `maxRecords`, and no more than `maxBytes` unless the first is larger. */
  read(counter: number, maxRecords: number, maxBytes: number): Slice[] {
    const slices: Slice[] = []
    let records = maxRecords
    let bytes = maxBytes
    for (let at = this.#segmentIndexOf(counter); at < this.#segments.length && records > 0; at++) {
      const segment = this.#segments[at]!
      const from = Math.max(0, counter - segment.first)
      const to = Math.min(segment.count, from + records)
      const cut = cutAtBytes(segment, from, to, bytes, slices.length === 0)
      if (cut.to > from) slices.push({ segment, from, to: cut.to })
      if (cut.to < to) break
      records -= to - from
      bytes -= cut.bytes
    }
    return slices
  }

  close(): void {
    for (const segment of this.#segments) segment.close()
  }

  get #active(): Segment {
    return this.#segments[this.#segments.length - 1]!
  }

  #create(first: number, after?: Segment): Segment {
    return this.#folder?.create(first, after) ?? new Segment(first, { after })
  }

  #mayDropFirst(): boolean {
    const [first, second] = this.#segments
    return first!.end <= this.#oldest && second !== undefined && second.count > 0
  }

  #segmentIndexOf(counter: number): number {
    const index = this.#segments.findIndex(({ end }) => end > counter)
    return index < 0 ? this.#segments.length : index
  }
}

function cutAtBytes(segment: Segment, from: number, to: number, maxBytes: number, first: boolean) {
  const { bytes: image } = segment
  let bytes = 0
  for (let index = from; index < to; index++) {
    const size = recordSize(image, segment.placeOf(index))
    if (bytes + size > maxBytes && !(first && index === from)) return { to: index, bytes }
    bytes += size
  }
  return { to, bytes }
}
