import type { SourceEntry } from '../../checkpoint/manifest.ts'
import type { Page } from './page.ts'
import type { SimulatedShard, SimulatedStream } from './simulated-stream.ts'
import { begunAt, type Place, placeOf, progressOf, type SourceProgress } from './source-progress.ts'

/** An answer that came after records may have expired which the run had not read, without showing that none has. */
export interface Doubt {
  /** Where the run stood, */
  readonly before: Place
  /** up to which arrival time it knew that it had read, */
  readonly surelyUntil: number
  /** and where the answer began. */
  readonly at: number
}

/** How far a run has read a shard. */
export interface ShardRead {
  readonly stands: Place
  /** All that arrived before it has read, as far as it can know at best, */
  readonly until: number
  /** and as it knows in any case. */
  readonly surelyUntil: number
  readonly ended: boolean
  /** It has been looked at, by this run or by one whose note the run began with. */
  readonly known: boolean
  readonly doubts: readonly Doubt[]
  /** Records may have expired unread at some time. */
  readonly suspect: boolean
}

/** What is known of a shard from its numbers alone is cut to seconds, and its beginning may be a minute early. */
const doubtMs = 61_000

/** So old a listing may be. */
const staleMs = 60_000

/**
 * What one run of a job knows of how far it has read a stream: from the checkpoint that it began with, and from the
 * answers that it was given since. The next run knows nothing of it but by checkpoints.
 */
export class RunReading {
  readonly #stream: SimulatedStream
  readonly #base: SourceProgress
  readonly #positions: SourceEntry['positions']
  readonly #beganAt: number
  readonly #shards = new Map<string, ShardRead>()

  constructor(stream: SimulatedStream, base: SourceEntry | undefined) {
    this.#stream = stream
    this.#base = progressOf(base)
    this.#positions = base?.positions ?? {}
    this.#beganAt = stream.now
  }

  get gapsBefore(): SourceProgress['gaps'] {
    return this.#base.gaps
  }

  of(shard: SimulatedShard): ShardRead {
    const known = this.#shards.get(shard.id)
    if (known !== undefined) return known
    const first = this.#first(shard)
    this.#shards.set(shard.id, first)
    return first
  }

  /** @param aheadMs How far the clock of the process may be ahead: it may take an answer for too late that was not. */
  received(shard: SimulatedShard, page: Page, aheadMs: number): void {
    const read = this.of(shard)
    const { at, next, ended, givenAt, surelyAfter } = page
    const last = shard.records[next - 1]
    // Of a shard that has ended since, it does not show how far it had been read before.
    const caughtUp = page.caughtUp && (ended || shard.closedAt === undefined)
    if (next === at && !caughtUp) return
    // One that begins with what was read before shows that nothing has expired after it.
    const again = at < begunAt(read.stands)
    const reaches = caughtUp ? givenAt : last!.arrivalTime
    const tells = again || read.surelyUntil >= this.#expiredUntil(givenAt) + aheadMs
    const surelyUntil = caughtUp ? surelyAfter : last!.arrivalTime
    const suspect = read.suspect || this.mayHaveExpired(shard, this.#stream.now + aheadMs)
    const doubts = again ? read.doubts.filter(({ before }) => at >= begunAt(before)) : read.doubts
    const resolved = doubts.length < read.doubts.length
    if (again && !resolved && next < read.stands.place) return
    // What a run before has gone on without is noted, and lies before what it had read.
    const isNew = shard.records
      .slice(read.stands.place, at)
      .some(({ arrivalTime }) => arrivalTime >= read.until)
    const seamless = again || !(isNew || this.#isOverdue(read, givenAt))
    const doubt = { before: read.stands, surelyUntil: read.surelyUntil, at }
    this.#shards.set(shard.id, {
      stands: { place: next, partly: false },
      until: resolved || !seamless ? reaches : Math.max(read.until, reaches),
      surelyUntil: tells ? (ended ? Number.POSITIVE_INFINITY : surelyUntil) : read.surelyUntil,
      ended,
      known: true,
      doubts: seamless ? doubts : [...doubts, doubt],
      suspect,
    })
  }

  /** A checkpoint has noted what may be missing: the run goes on without it. */
  accept(shard: SimulatedShard, upTo: Place): void {
    const read = this.of(shard)
    const doubts = read.doubts.filter(({ before }) => begunAt(before) >= begunAt(upTo))
    this.#shards.set(shard.id, { ...read, doubts })
  }

  /** Whether records of a shard may have expired that the run had not read at a time, as far as it can know. */
  mayHaveExpired(shard: SimulatedShard, now = this.#stream.now): boolean {
    const { ended, doubts, surelyUntil } = this.of(shard)
    if (!ended && this.#stream.isGone(shard)) return true
    const known = Math.min(surelyUntil, ...doubts.map((doubt) => doubt.surelyUntil))
    return known < now - this.#stream.retentionMs
  }

  /** Before this time may have expired what an answer does not bring, for who knows the time of Kinesis to a second. */
  #expiredUntil(givenAt: number): number {
    return Math.min(this.#stream.now, givenAt + 1_000) - this.#stream.retentionMs
  }

  /** Whether something may have expired between what was read and an answer that goes on there. */
  #isOverdue({ stands, known, until }: ShardRead, givenAt: number): boolean {
    // Of what was never looked at, nothing is missing that has its first record.
    if (!known && begunAt(stands) === 0) return false
    return until < givenAt - this.#stream.retentionMs
  }

  #first(shard: SimulatedShard): ShardRead {
    const position = this.#positions[shard.id] ?? null
    const noted = this.#base.read?.[shard.id]
    const stands = placeOf(shard, position)
    const isNoted = noted !== undefined && noted.after === position
    const until = isNoted ? Math.min(noted.readUntil, this.#beganAt) : this.#toldUntil(shard, stands)
    const ended = this.#isFinished(shard)
    return {
      stands,
      until,
      surelyUntil: ended ? Number.POSITIVE_INFINITY : until,
      ended,
      known: isNoted,
      doubts: [],
      suspect: false,
    }
  }

  /** What the numbers of a record tell, or of a shard that is listed. */
  #toldUntil({ records, createdAt, parents, listedFrom }: SimulatedShard, stands: Place): number {
    const last = records[begunAt(stands) - 1]
    if (last !== undefined) return Math.floor(last.arrivalTime / 1000) * 1000
    const wantedSince = this.#base.wantedSince ?? this.#beganAt
    const isListed = listedFrom < this.#stream.now - staleMs
    return parents.length === 0 || !isListed ? wantedSince : Math.max(wantedSince, createdAt - doubtMs)
  }

  /** Whether it was read to its end when the run began. What a lineage has before itself it has forgotten. */
  #isFinished({ id }: SimulatedShard): boolean {
    const { lineage } = this.#base
    if (!lineage) return false
    if (lineage.finished.includes(id)) return true
    const known = new Set(lineage.shards.map((shard) => shard.id))
    return !known.has(id) && this.#hasDescendantIn(id, known)
  }

  #hasDescendantIn(id: string, known: ReadonlySet<string>): boolean {
    return this.#stream
      .childrenOf(id)
      .some((child) => known.has(child.id) || this.#hasDescendantIn(child.id, known))
  }
}
