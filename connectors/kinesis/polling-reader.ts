import type { CommittedPosition, FetchedPosition } from '../../src/contract/position.ts'
import type { Fetched, SplitReader } from '../../src/contract/source.ts'
import { backoffMs } from './backoff.ts'
import type { RecordsPage, StoredRecords } from './kinesis-api.ts'
import { opening } from './kpl/aggregation.ts'
import { StrayReport } from './kpl/stray-report.ts'
import { type Persistence, persist } from './persist.ts'
import { type LastPoll, pauseAfter } from './poll-pause.ts'
import type { Reading, ShardToRead, Unread } from './reading.ts'
import { lossVerdict, resumption } from './resume.ts'
import { RetryReport } from './retry-report.ts'
import { formatPosition, parsePosition, type SequencePosition } from './sequence-position.ts'
import { sequenceTime } from './sequence-time.ts'
import { isShardGone, serviceError } from './service-error.ts'
import { failureOf } from './service-failure.ts'
import { shardHole } from './stream-facts.ts'
import { type Unpacking, UnreadRecords, withoutFirst } from './unread-records.ts'
import { withoutRepeats } from './without-repeats.ts'

/** How long a shard may go without any answer before the job restarts. */
const patienceMs = 120_000
/** So often an end that no shard continues is asked for again: a child may be listed a moment late. */
const looksForChildren = 3
/** Also between answers that say nothing though a record is missed. */
const betweenLooksMs = 1000

/** What the next fetch needs to know of the last page. Its records are not kept: the engine may pause a shard for long. */
interface LastPage extends LastPoll {
  readonly serverTime: number | undefined
  readonly ended: boolean
}

/**
 * Reads one shard with GetRecords. The truth is the last record fetched; an iterator is a cache of it, thrown away
 * whenever the service says so.
 */
export class PollingReader<T> implements SplitReader<T> {
  heldBy: string | undefined
  readonly #reading: Reading<T>
  readonly #shard: ShardToRead
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #report: RetryReport
  #after: SequencePosition | undefined
  #readUntil: number | undefined
  #iterator: string | undefined
  #mustSee: SequencePosition | undefined
  /** How often in a row the answer was empty where that record must come. */
  #missed = 0
  #last: LastPage | undefined
  /** What of the last page was not handed over yet. */
  #unread: UnreadRecords<T> | undefined
  readonly #unpacking: Unpacking<T>
  #pauseMs = 0
  /** How often in a row the service said that the shard has ended, and nothing continued it. */
  #doubtfulEnds = 0

  constructor(reading: Reading<T>, shard: ShardToRead, position: CommittedPosition | undefined) {
    this.#reading = reading
    this.#shard = shard
    this.#signal = AbortSignal.any([reading.context.signal, this.#closing.signal])
    this.#report = new RetryReport(reading.context, shard.id)
    this.#after = position && parsePosition(position.after)
    this.#readUntil = shard.readUntil ?? (this.#after && sequenceTime(this.#after.sequenceNumber))
    this.#unpacking = {
      decode: reading.decode,
      source: reading.context.name,
      split: shard.id,
      open: opening({
        aggregation: reading.aggregation,
        range: () => (reading.placedByHashKey() ? shard.range : undefined),
        begun: this.#after?.more ? this.#after.sequenceNumber : undefined,
        onStray: new StrayReport(reading.context, shard.id).discarded,
      }),
      portion: reading.recordsPerFetch,
      identified: reading.seen !== undefined,
    }
  }

  /** The last record fetched, if any, and up to which arrival time the shard has been read. */
  get progress(): { readonly after: string | null; readonly readUntil: number } | undefined {
    if (this.#readUntil === undefined) return undefined
    return { after: this.#position?.after ?? null, readUntil: this.#readUntil }
  }

  async fetch(): Promise<Fetched<T>> {
    if (this.#unread !== undefined) return this.#take(this.#unread, this.#last!)
    if (this.#last?.ended) return this.#nothing(true)
    try {
      await this.#pause()
      const page = await this.#page()
      const ended = page.nextIterator === undefined && (await this.#hasEnded(page))
      return this.#receive(page, ended)
    } catch (error) {
      return this.#endOrThrow(error)
    }
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#shard.pace.release()
  }

  /** A fetch that failed: over if it was told to be, or if the job goes on without the rest of the shard. */
  async #endOrThrow(error: unknown): Promise<Fetched<T>> {
    if (this.#signal.aborted) return this.#nothing(false)
    const { place, context } = this.#reading
    try {
      if (!isShardGone(error)) throw error
      await this.#shard.expired(this.#unreadUntil(this.#retainedSince))
      return this.#nothing(true)
    } catch (failure) {
      throw serviceError(failure, place, { source: context.name, shard: this.#shard.id })
    }
  }

  async #pause(): Promise<void> {
    const doubtful = this.#doubtfulEnds > 0 || this.#missed > 0
    this.#pauseMs = doubtful ? betweenLooksMs : pauseAfter(this.#last, this.#pauseMs)
    if (this.#pauseMs > 0) await this.#reading.context.clock.sleep(this.#pauseMs, this.#signal)
  }

  /** The next page; an iterator that has expired is replaced by one after the last record fetched. */
  async #page(): Promise<RecordsPage> {
    const { clock, random } = this.#reading.context
    for (let expired = 1; ; expired++) {
      this.#iterator ??= await this.#newIterator()
      const iterator = this.#iterator
      try {
        const turn = (signal: AbortSignal) => this.#shard.pace.call(clock, signal)
        const page = await this.#persist((signal) => this.#reading.api.records(iterator, signal), turn)
        this.#shard.pace.received(page.sizeBytes, clock.now())
        return page
      } catch (error) {
        if (failureOf(error).kind !== 'iterator-expired') throw error
        this.#iterator = undefined
        this.#reading.context.count('iteratorsExpired', this.#shard.id)
        // A new one that has expired already is no routine.
        if (expired > 1) await clock.sleep(backoffMs(expired - 1, random), this.#signal)
      }
    }
  }

  async #newIterator(): Promise<string> {
    const retainedSince = this.#retainedSince
    const { beginning } = this.#shard
    const resumed = resumption({ after: this.#after, beginning, readUntil: this.#readUntil, retainedSince })
    if (resumed.lost) this.#lose(retainedSince)
    this.#mustSee = resumed.mustSee
    return this.#persist((signal) => this.#reading.api.shardIterator(this.#shard.id, resumed.start, signal))
  }

  #persist<R>(
    call: (signal: AbortSignal) => Promise<R>,
    turn: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
  ): Promise<R> {
    const { clock, random } = this.#reading.context
    const onRetry: Persistence['onRetry'] = (failure, waitMs) => {
      if (failure.kind === 'throttled') this.heldBy = 'throttling'
      this.#report.retried(failure, waitMs)
    }
    const attempt = (signal: AbortSignal) => {
      this.heldBy = undefined
      return call(signal)
    }
    return persist(attempt, { clock, random, signal: this.#signal, patienceMs, turn, onRetry })
  }

  /**
   * A closed shard has children. An end without any may be a wrong answer, and believing it would leave the rest of the
   * shard unread: the same place is read again.
   */
  async #hasEnded({ children }: RecordsPage): Promise<boolean> {
    const hole = await this.#shard.holeAfter(children)
    if (hole === undefined) return true
    this.#doubtfulEnds++
    if (this.#doubtfulEnds < looksForChildren) return false
    throw shardHole(hole, this.#reading.place.stream)
  }

  /** Records first, flags after: the page that ends the shard may carry its last records. */
  #receive(page: RecordsPage, ended: boolean): Fetched<T> {
    const unread = this.#unseen(page)
    if (page.nextIterator !== undefined || ended) this.#doubtfulEnds = 0
    this.#iterator = page.nextIterator
    const behindMs = this.#behindMs(page, ended)
    return this.#take(unread, { records: page.records.length, behindMs, serverTime: page.serverTime, ended })
  }

  /** The next portion of a page. */
  #take(unread: UnreadRecords<T>, page: LastPage): Fetched<T> {
    const { records, after, arrivedAt, sizeBytes, more, restBytes } = unread.take()
    const serverTime = page.serverTime ?? this.#reading.context.clock.now()
    const behindMs = more ? Math.max(1, page.behindMs) : page.behindMs
    this.#after = after ?? this.#after
    this.#readUntil = behindMs === 0 ? serverTime : (arrivedAt ?? this.#readUntil)
    this.#last = page
    this.#unread = more ? unread : undefined
    const { values, arrivalTimes, positionOf, undecodable } = records
    const { seen } = this.#reading
    return {
      ...(seen !== undefined && { admit: () => withoutRepeats(records, seen, this.#onRepeats) }),
      values,
      arrivalTimes,
      positionOf,
      undecodable,
      position: this.#position,
      sizeBytes,
      restBytes,
      behindMs,
      serverTime,
      finished: page.ended && !more,
    }
  }

  /**
   * A shard that has ended is behind until its end is found: what comes next may be much older than now. And an answer
   * that says it has ended, though nothing continues it, or that lacks the record which must come, says nothing about
   * how far it has been read.
   */
  #behindMs({ behindMs, nextIterator }: RecordsPage, ended: boolean): number {
    const endsLater = nextIterator !== undefined && this.#shard.hasEnded()
    const doubtful = (nextIterator === undefined && !ended) || this.#missed > 0
    return endsLater || doubtful ? Math.max(1, behindMs) : behindMs
  }

  /** The records of the page without those that were only asked for to see whether they are still there. */
  #unseen(page: RecordsPage): UnreadRecords<T> {
    const mustSee = this.#mustSee
    const verdict = mustSee && lossVerdict(mustSee, page, this.#missed + 1)
    this.#missed = verdict === 'unknown' ? this.#missed + 1 : 0
    if (verdict === 'lost') this.#lose(page.records.at(0)?.arrivalTime ?? this.#retainedSince)
    if (mustSee === undefined || verdict === 'unknown') return this.#unreadFrom(page, page.records, 0)
    this.#mustSee = undefined
    if (verdict === 'lost') return this.#unreadFrom(page, page.records, 0)
    return mustSee.more
      ? this.#unreadFrom(page, page.records, mustSee.subSequence + 1)
      : this.#unreadFrom(page, withoutFirst(page.records), 0)
  }

  #unreadFrom(page: RecordsPage, records: StoredRecords, taken: number): UnreadRecords<T> {
    return new UnreadRecords(records, page.sizeBytes, taken, this.#unpacking)
  }

  readonly #onRepeats = (repeats: number): void => {
    this.#reading.context.count('repeatsDropped', this.#shard.id, repeats)
  }

  /** Goes on without what may have expired, if the job is to; else throws. */
  #lose(until: number): void {
    this.#shard.lost(this.#unreadUntil(until))
    this.#readUntil = until
    // What was left of an aggregate has gone as well.
    if (this.#after?.more) this.#after = { ...this.#after, more: false }
  }

  #unreadUntil(until: number): Unread {
    return { after: this.#position?.after, from: this.#readUntil, until }
  }

  /** Records that arrived before may have expired. */
  get #retainedSince(): number {
    return this.#reading.context.clock.now() - this.#reading.retentionMs()
  }

  get #position(): FetchedPosition | undefined {
    return this.#after && { after: formatPosition(this.#after) }
  }

  #nothing(finished: boolean): Fetched<T> {
    return {
      values: [],
      arrivalTimes: [],
      positionOf: () => '',
      undecodable: [],
      position: this.#position,
      sizeBytes: 0,
      // A shard that was not asked is not caught up.
      behindMs: finished ? 0 : (this.#last?.behindMs ?? Number.POSITIVE_INFINITY),
      serverTime: this.#last?.serverTime ?? this.#reading.context.clock.now(),
      finished,
    }
  }
}
