import type { CommittedPosition, FetchedPosition } from '../../src/contract/position.ts'
import type { Fetched } from '../../src/contract/source.ts'
import { type AnswerTime, clockLead } from './clock-lead.ts'
import type { ReadUntil } from './enumerator-snapshot.ts'
import type { StoredRecords } from './kinesis-api.ts'
import { opening } from './kpl/aggregation.ts'
import { StrayReport } from './kpl/stray-report.ts'
import type { LastPoll } from './poll-pause.ts'
import type { Reading, ShardToRead, Unread } from './reading.ts'
import { lossVerdict, type Resumption, resumption } from './resume.ts'
import { formatPosition, isAfter, parsePosition, type SequencePosition } from './sequence-position.ts'
import { sequenceTime } from './sequence-time.ts'
import type { IteratorStart } from './starting-position.ts'
import { type Unpacking, UnreadRecords, withoutFirst } from './unread-records.ts'
import { withoutRepeats } from './without-repeats.ts'

/** Records of a shard as they came in together, whichever way it is read. */
export interface ShardPage {
  readonly records: StoredRecords
  readonly sizeBytes: number
  readonly behindMs: number
  /** When the service gave them, by its own clock; rather too early than too late. */
  readonly serverTime: number
  /** The service says that nothing follows. */
  readonly last: boolean
  /** ... and that is believed. */
  readonly ended: boolean
  /** The number after which a subscription goes on; a poll brings none. */
  readonly continuation?: string | undefined
}

/** What of a page outlives its records. They are not kept: the engine may pause a shard for long. */
interface LastPage extends LastPoll {
  readonly serverTime: number
  readonly ended: boolean
}

/**
 * How far a shard has been read. The truth is the last record fetched: from it follows where reading goes on, however
 * it goes on, and whether anything may have been lost in between.
 */
export class ShardCursor<T> {
  readonly #reading: Reading<T>
  readonly #shard: ShardToRead
  readonly #unpacking: Unpacking<T>
  #after: SequencePosition | undefined
  #readUntil: number | undefined
  #continuation: string | undefined
  #mustSee: SequencePosition | undefined
  /** Reading has gone on without what may have expired until then, and more may have since. */
  #losing = false
  /** How far the clock of the service is ahead of ours. */
  #aheadMs = 0
  /** How often in a row the answer was empty where that record must come. */
  #missed = 0
  #last: LastPage | undefined
  /** What of the last page was not handed over yet. */
  #unread: UnreadRecords<T> | undefined

  constructor(reading: Reading<T>, shard: ShardToRead, position: CommittedPosition | undefined) {
    this.#reading = reading
    this.#shard = shard
    this.#after = position && parsePosition(position.after)
    this.#readUntil = shard.readUntil ?? (this.#after && sequenceTime(this.#after.sequenceNumber))
    this.#continuation = shard.noted?.continuation
    this.#unpacking = {
      decode: (record) => reading.decode(record, shard),
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
  get progress(): ReadUntil | undefined {
    if (this.#readUntil === undefined) return undefined
    const continuation = this.continuation
    return {
      after: this.#position?.after ?? null,
      readUntil: this.#readUntil,
      ...(continuation !== undefined && { continuation }),
    }
  }

  get last(): LastPage | undefined {
    return this.#last
  }

  get hasUnread(): boolean {
    return this.#unread !== undefined
  }

  /** Where a subscription goes on after all that it brought, if reading has not gone on otherwise since. */
  get continuation(): string | undefined {
    return this.#unread === undefined ? this.#continuation : undefined
  }

  /** A record that must come did not, in the last answer. */
  get doubtful(): boolean {
    return this.#missed > 0
  }

  /** What has not been read, as far as it may have expired. */
  get unread(): Unread {
    return this.#unreadUntil(this.#retainedSince)
  }

  /** Where to read on, and whether a record must show that nothing was lost. */
  get resumption(): Resumption {
    return resumption({
      after: this.#after,
      beginning: this.#shard.beginning,
      readUntil: this.#readUntil,
      retainedSince: this.#retainedSince,
    })
  }

  /**
   * Where the next page is to begin.
   *
   * @throws MillraceError `DATA_LOST` if records may have expired and nothing can tell whether, unless the job is to go
   *   on without them.
   */
  resume(): IteratorStart {
    const resumed = this.resumption
    if (resumed.lost) this.#lose(this.#retainedSince)
    this.#losing = resumed.lost
    this.#mustSee = resumed.mustSee
    return resumed.start
  }

  /**
   * Whether records may have expired between the last one that was read and those of an answer that has just come, which
   * says nothing of it: then it is not to be received, and reading is to be {@link resume}d.
   */
  overtaken(answer?: AnswerTime): boolean {
    if (answer !== undefined) this.#aheadMs = clockLead(answer)
    if (this.#mustSee !== undefined || this.#losing || this.#readUntil === undefined) return false
    return this.#readUntil < this.#retainedSince
  }

  /** Records first, flags after: the page that ends the shard may carry its last records. */
  receive(page: ShardPage): Fetched<T> {
    const unread = this.#unseen(page)
    const { records, serverTime, ended, continuation } = page
    this.#continuation = continuation
    return this.#take(unread, { records: records.length, behindMs: this.#behindMs(page), serverTime, ended })
  }

  /** The next portion of the last page, which {@link hasUnread}. */
  take(): Fetched<T> {
    return this.#take(this.#unread!, this.#last!)
  }

  /** A fetch that brings nothing. */
  nothing(finished: boolean): Fetched<T> {
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

  #take(unread: UnreadRecords<T>, page: LastPage): Fetched<T> {
    const { records, after, arrivedAt, sizeBytes, more, restBytes } = unread.take()
    const { serverTime } = page
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
  #behindMs({ behindMs, last, ended }: ShardPage): number {
    const endsLater = !last && this.#shard.hasEnded()
    const doubtful = (last && !ended) || this.#missed > 0
    return endsLater || doubtful ? Math.max(1, behindMs) : behindMs
  }

  /** The records of the page without those that were only asked for to see whether they are still there. */
  #unseen(page: ShardPage): UnreadRecords<T> {
    const mustSee = this.#mustSee
    const verdict = mustSee && lossVerdict(mustSee, page, this.#missed + 1)
    this.#missed = verdict === 'unknown' ? this.#missed + 1 : 0
    if (verdict === 'lost' || this.#losing) this.#lose(page.records.at(0)?.arrivalTime ?? this.#retainedSince)
    this.#losing = false
    if (mustSee === undefined || verdict === 'unknown')
      return this.#unreadFrom(page, this.#unrepeated(page), 0)
    this.#mustSee = undefined
    if (verdict === 'lost') return this.#unreadFrom(page, page.records, 0)
    return mustSee.more
      ? this.#unreadFrom(page, page.records, mustSee.subSequence + 1)
      : this.#unreadFrom(page, withoutFirst(page.records, 1), 0)
  }

  /** The records without those that came before: an event of a subscription may come twice. */
  #unrepeated({ records }: ShardPage): StoredRecords {
    const after = this.#after?.sequenceNumber
    if (after === undefined) return records
    let repeats = 0
    while (repeats < records.length && !isAfter(records.at(repeats)!.sequenceNumber, after)) repeats++
    return withoutFirst(records, repeats)
  }

  #unreadFrom(page: ShardPage, records: StoredRecords, taken: number): UnreadRecords<T> {
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
    const { context, keeps, retentionMs } = this.#reading
    if (keeps?.(this.#shard.id, this.#after?.sequenceNumber)) return Number.NEGATIVE_INFINITY
    return context.clock.now() + this.#aheadMs - retentionMs()
  }

  get #position(): FetchedPosition | undefined {
    return this.#after && { after: formatPosition(this.#after) }
  }
}
