import type { Fetched, SplitReader } from '../../src/contract/source.ts'
import { backoffMs } from './backoff.ts'
import type { RecordsPage } from './kinesis-api.ts'
import { type Persistence, persist } from './persist.ts'
import { pauseAfter } from './poll-pause.ts'
import type { Reading, ShardToRead } from './reading.ts'
import { RetryReport } from './retry-report.ts'
import { isShardGone, serviceError } from './service-error.ts'
import { failureOf } from './service-failure.ts'
import type { ShardCursor } from './shard-cursor.ts'
import type { ShardEnd } from './shard-end.ts'

/** How long a shard may go without any answer before the job restarts. */
const patienceMs = 120_000
/** Between answers that are not believed. */
const betweenLooksMs = 1000

/** A page that tells when the service gave it; where that said nothing, no later than that. */
type TimedPage = RecordsPage & { readonly serverTime: number }

/**
 * Reads one shard with GetRecords. Where it stands is in its cursor; an iterator is a cache of that, thrown away whenever
 * the service says so.
 */
export class PollingReader<T> implements SplitReader<T> {
  heldBy: string | undefined
  readonly #reading: Reading<T>
  readonly #shard: ShardToRead
  readonly #cursor: ShardCursor<T>
  readonly #end: ShardEnd
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #report: RetryReport
  #iterator: string | undefined
  #pauseMs = 0

  constructor(reading: Reading<T>, shard: ShardToRead, cursor: ShardCursor<T>, end: ShardEnd) {
    this.#reading = reading
    this.#shard = shard
    this.#cursor = cursor
    this.#end = end
    this.#signal = AbortSignal.any([reading.context.signal, this.#closing.signal])
    this.#report = new RetryReport(reading.context, shard.id)
  }

  async fetch(): Promise<Fetched<T>> {
    if (this.#cursor.hasUnread) return this.#cursor.take()
    if (this.#cursor.last?.ended) return this.#cursor.nothing(true)
    try {
      await this.#pause()
      const page = await this.#page()
      const ended = page.nextIterator === undefined && (await this.#end.believed(page.children))
      return this.#receive(page, ended)
    } catch (error) {
      return this.#endOrThrow(error)
    }
  }

  /** The cursor has moved by other means: the next fetch begins where it stands, at once. */
  restart(): void {
    this.#iterator = undefined
    this.#pauseMs = 0
  }

  close(): void {
    if (this.#closing.signal.aborted) return
    this.#closing.abort()
    this.#shard.pace.release()
  }

  /** A fetch that failed: over if it was told to be, or if the job goes on without the rest of the shard. */
  async #endOrThrow(error: unknown): Promise<Fetched<T>> {
    if (this.#signal.aborted) return this.#cursor.nothing(false)
    const { place, context } = this.#reading
    try {
      if (!isShardGone(error)) throw error
      await this.#shard.expired(this.#cursor.unread)
      return this.#cursor.nothing(true)
    } catch (failure) {
      throw serviceError(failure, place, { source: context.name, shard: this.#shard.id })
    }
  }

  async #pause(): Promise<void> {
    const doubtMs = this.#end.pauseMs ?? (this.#cursor.doubtful ? betweenLooksMs : undefined)
    this.#pauseMs = doubtMs ?? pauseAfter(this.#cursor.last, this.#pauseMs)
    if (this.#pauseMs > 0) await this.#reading.context.clock.sleep(this.#pauseMs, this.#signal)
  }

  /**
   * The next page. An iterator that has expired is replaced by one after the last record fetched; so is one that reading was
   * too slow for: what it came to next may have expired.
   */
  async #page(): Promise<TimedPage> {
    const { clock, random } = this.#reading.context
    for (let expired = 1; ; expired++) {
      this.#iterator ??= await this.#newIterator()
      const iterator = this.#iterator
      try {
        const free = this.#reading.api.isFree?.(iterator) ?? false
        const turn = free ? undefined : (signal: AbortSignal) => this.#shard.pace.call(clock, signal)
        let askedAt = clock.now()
        const ask = (signal: AbortSignal) => {
          askedAt = clock.now()
          return this.#reading.api.records(iterator, signal)
        }
        const page = await this.#persist(ask, turn)
        const receivedAt = clock.now()
        if (!free) this.#shard.pace.received(page.sizeBytes, receivedAt)
        const { serverTime } = page
        const answer = serverTime === undefined ? undefined : { askedAt, receivedAt, serverTime }
        if (!this.#cursor.overtaken(answer)) return { ...page, serverTime: serverTime ?? askedAt }
        this.#iterator = undefined
      } catch (error) {
        if (failureOf(error).kind !== 'iterator-expired') throw error
        this.#iterator = undefined
        this.#reading.context.count('iteratorsExpired', this.#shard.id)
        // A new one that has expired already is no routine.
        if (expired > 1) await clock.sleep(backoffMs(expired - 1, random), this.#signal)
      }
    }
  }

  #newIterator(): Promise<string> {
    const start = this.#cursor.resume()
    return this.#persist((signal) => this.#reading.api.shardIterator(this.#shard.id, start, signal))
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

  #receive(page: TimedPage, ended: boolean): Fetched<T> {
    const { records, sizeBytes, behindMs, serverTime, nextIterator } = page
    const last = nextIterator === undefined
    const fetched = this.#cursor.receive({ records, sizeBytes, behindMs, serverTime, last, ended })
    if (!last || ended) this.#end.settled()
    this.#iterator = nextIterator
    return fetched
  }
}
