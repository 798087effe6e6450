import type { CommittedPosition, FetchedPosition } from '../../src/contract/position.ts'
import type { Fetched, SplitReader } from '../../src/contract/source.ts'
import { MillraceError } from '../../src/errors.ts'
import { decodeRecords } from './decoded-records.ts'
import { interval } from './interval.ts'
import type { RecordsPage } from './kinesis-api.ts'
import { persist } from './persist.ts'
import { pauseAfter } from './poll-pause.ts'
import type { Reading, ShardToRead } from './reading.ts'
import { lossVerdict, resumption } from './resume.ts'
import { RetryReport } from './retry-report.ts'
import { formatPosition, parsePosition, type SequencePosition } from './sequence-position.ts'
import { sequenceTime } from './sequence-time.ts'
import { serviceError } from './service-error.ts'
import { failureOf } from './service-failure.ts'

/** How long a shard may go without any answer before the job restarts. */
const patienceMs = 120_000

/**
 * Reads one shard with GetRecords. The truth is the last record fetched; an iterator is a cache of it, thrown away
 * whenever the service says so.
 */
export class PollingReader<T> implements SplitReader<T> {
  readonly #reading: Reading<T>
  readonly #shard: ShardToRead
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #report: RetryReport
  #after: SequencePosition | undefined
  #readUntil: number | undefined
  #iterator: string | undefined
  #mustSee: SequencePosition | undefined
  #last: RecordsPage | undefined
  #pauseMs = 0

  constructor(reading: Reading<T>, shard: ShardToRead, position: CommittedPosition | undefined) {
    this.#reading = reading
    this.#shard = shard
    this.#signal = AbortSignal.any([reading.context.signal, this.#closing.signal])
    this.#report = new RetryReport(reading.context, shard.id)
    this.#after = position && parsePosition(position.after)
    this.#readUntil = shard.readUntil ?? (this.#after && sequenceTime(this.#after.sequenceNumber))
  }

  /** The last record fetched, if any, and up to which arrival time the shard has been read. */
  get progress(): { readonly after: string | null; readonly readUntil: number } | undefined {
    if (this.#readUntil === undefined) return undefined
    return { after: this.#position?.after ?? null, readUntil: this.#readUntil }
  }

  async fetch(): Promise<Fetched<T>> {
    if (this.#last !== undefined && this.#last.nextIterator === undefined) return this.#nothing(true)
    try {
      await this.#pause()
      const page = await this.#page()
      if (page.nextIterator === undefined) await this.#shard.onEnd(page.children)
      return this.#take(page)
    } catch (error) {
      if (this.#signal.aborted) return this.#nothing(false)
      throw serviceError(error, this.#reading.place, {
        source: this.#reading.context.name,
        shard: this.#shard.id,
      })
    }
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#shard.pace.release()
  }

  async #pause(): Promise<void> {
    const last = this.#last && { records: this.#last.records.length, behindMs: this.#behindMs(this.#last) }
    this.#pauseMs = pauseAfter(last, this.#pauseMs)
    if (this.#pauseMs > 0) await this.#reading.context.clock.sleep(this.#pauseMs, this.#signal)
  }

  /** The next page; an iterator that has expired is replaced by one after the last record fetched. */
  async #page(): Promise<RecordsPage> {
    const { clock } = this.#reading.context
    for (;;) {
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
      }
    }
  }

  async #newIterator(): Promise<string> {
    const retainedSince = this.#reading.context.clock.now() - this.#reading.retentionMs()
    const { beginning } = this.#shard
    const resumed = resumption({ after: this.#after, beginning, readUntil: this.#readUntil, retainedSince })
    if (resumed === 'lost') throw this.#lost(retainedSince)
    this.#mustSee = resumed.mustSee
    return this.#persist((signal) => this.#reading.api.shardIterator(this.#shard.id, resumed.start, signal))
  }

  #persist<R>(
    call: (signal: AbortSignal) => Promise<R>,
    turn: (signal: AbortSignal) => Promise<void> = () => Promise.resolve(),
  ): Promise<R> {
    const { clock, random } = this.#reading.context
    const onRetry = this.#report.retried
    return persist(call, { clock, random, signal: this.#signal, patienceMs, turn, onRetry })
  }

  /** Records first, flags after: the page that ends the shard may carry its last records. */
  #take(page: RecordsPage): Fetched<T> {
    const records = this.#unseen(page)
    const { decode, context } = this.#reading
    const decoded = decodeRecords(records, decode, { source: context.name, split: this.#shard.id })
    const serverTime = page.serverTime ?? context.clock.now()
    const lastRead = records.at(-1)
    if (lastRead !== undefined) this.#after = { sequenceNumber: lastRead.sequenceNumber, subSequence: 0 }
    const behindMs = this.#behindMs(page)
    this.#readUntil = behindMs === 0 ? serverTime : (lastRead?.arrivalTime ?? this.#readUntil)
    this.#iterator = page.nextIterator
    this.#last = page
    return {
      ...decoded,
      position: this.#position,
      sizeBytes: page.sizeBytes,
      behindMs,
      serverTime,
      finished: page.nextIterator === undefined,
    }
  }

  /** A shard that has ended is behind until its end is found: what comes next may be much older than now. */
  #behindMs({ behindMs, nextIterator }: RecordsPage): number {
    return nextIterator !== undefined && this.#shard.hasEnded() ? Math.max(1, behindMs) : behindMs
  }

  /** The records of the page without the one that was only asked for to see whether it is still there. */
  #unseen(page: RecordsPage): RecordsPage['records'] {
    const mustSee = this.#mustSee
    if (mustSee === undefined) return page.records
    const verdict = lossVerdict(mustSee, page)
    if (verdict === 'lost') throw this.#lost(page.records[0]?.arrivalTime)
    if (verdict === 'unknown') return page.records
    this.#mustSee = undefined
    return page.records.slice(1)
  }

  #lost(until: number | undefined): MillraceError {
    const { stream } = this.#reading.place
    const sequenceNumber = this.#after?.sequenceNumber
    return new MillraceError(
      'DATA_LOST',
      `records that arrived ${interval(this.#readUntil, until)} may have expired before they were read`,
      { where: { stream, ...(sequenceNumber !== undefined && { sequenceNumber }) } },
    )
  }

  get #position(): FetchedPosition | undefined {
    return this.#after && { after: formatPosition(this.#after.sequenceNumber, this.#after.subSequence) }
  }

  #nothing(finished: boolean): Fetched<T> {
    return {
      ...decodeRecords([], this.#reading.decode, { source: '', split: '' }),
      position: this.#position,
      sizeBytes: 0,
      // A shard that was not asked is not caught up.
      behindMs: finished ? 0 : (this.#last?.behindMs ?? Number.POSITIVE_INFINITY),
      serverTime: this.#last?.serverTime ?? this.#reading.context.clock.now(),
      finished,
    }
  }
}
