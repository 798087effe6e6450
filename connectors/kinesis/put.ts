import { type KinesisClient, PutRecordsCommand, type PutRecordsResultEntry } from '@aws-sdk/client-kinesis'
import type { Clock, Random } from '../../src/contract/clock.ts'
import type { Log } from '../../src/contract/log.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import { backoffMs } from './backoff.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import { type Persistence, persist } from './persist.ts'
import { type RecordToPut, recordBatches } from './record-batches.ts'
import { RetryReport } from './retry-report.ts'
import { streamParameter } from './sdk-kinesis-api.ts'
import { type StreamPlace, serviceError } from './service-error.ts'
import { untilAborted } from './until-aborted.ts'

/** Options of {@link putRecords}. */
export interface PutOptions extends Connection {
  /** The name or the ARN of the stream. */
  readonly stream: string
  /** Default: the clock of this machine. */
  readonly clock?: Clock
  /** For pauses between attempts. Default: the chance of this machine. */
  readonly random?: Random
  /** Hears, at most twice a minute, that the service does not answer. */
  readonly log?: Log
  /** Ends the putting, which rejects with its reason; what is under way may or may not arrive. */
  readonly signal?: AbortSignal
  /**
   * How many calls may be under way at once. Default 4. Calls overtake each other; with 1 the records of a key arrive
   * in order unless one is throttled.
   */
  readonly inFlight?: number
  /** Called after every call with what has arrived so far. */
  readonly onProgress?: (put: PutSummary) => void
}

/** What has been put. */
export interface PutSummary {
  readonly records: number
  /** Data only, in bytes. */
  readonly bytes: number
  /** How often a record was sent again after the stream refused it. */
  readonly retried: number
}

const patienceMs = 120_000

/**
 * Puts records, 500 a call. Those that the stream refuses are sent again, alone and after a pause, until it takes
 * them, so nothing is left out; after a lost answer a record may arrive twice.
 *
 * Rejects with `STREAM_NOT_FOUND`, `ACCESS_DENIED`, `CREDENTIALS_MISSING`, `REGION_MISSING`, `SOURCE_FAILED`, or after
 * two minutes without an answer `SOURCE_UNREACHABLE`; and with what `records` throws, as it is.
 *
 * @example
 * const { endpoint, close } = await startLocalKinesis()
 * const orders = { stream: 'orders', endpoint }
 * await createStream({ ...orders, shards: 2 }) // 'created'
 * const { records } = await putRecords([{ data: Buffer.from('{"cents":5}'), partitionKey: 'a' }], orders)
 * records // 1
 * await close()
 */
export async function putRecords(
  records: Iterable<RecordToPut> | AsyncIterable<RecordToPut>,
  options: PutOptions,
): Promise<PutSummary> {
  const { put, close } = openPut(options)
  try {
    return await put(records)
  } finally {
    close()
  }
}

/** A stream that is put to again and again. */
export interface OpenPut {
  /** As {@link putRecords}; `signal` ends this call alone. */
  put(
    records: Iterable<RecordToPut> | AsyncIterable<RecordToPut>,
    signal?: AbortSignal | undefined,
  ): Promise<PutSummary>
  /** Closes the connections, unless the client was given. */
  close(): void
}

/** Puts records again and again over the same connections. */
export function openPut(options: PutOptions): OpenPut {
  const { client, place, close } = connect(options, options.stream, options.log)
  const parts = { clock: systemClock, random: systemRandom, ...options }
  const onRetry = retryReport(parts)
  return {
    async put(records, signal) {
      const putting = new Putting(client, place, parts, onRetry)
      const ceaseOptions = putting.endWith(options.signal)
      const ceaseOwn = putting.endWith(signal)
      try {
        return await putting.all(records)
      } finally {
        ceaseOptions()
        ceaseOwn()
        putting.end()
      }
    },
    close,
  }
}

/** One for all calls, so that it is heard now and then and not with every call. */
function retryReport({ log, clock }: Options): Persistence['onRetry'] {
  return log === undefined ? () => {} : new RetryReport({ name: 'put', clock, log, count() {} }).retried
}

type Options = PutOptions & Required<Pick<PutOptions, 'clock' | 'random'>>

class Putting {
  readonly #client: KinesisClient
  readonly #place: StreamPlace
  readonly #options: Options
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  readonly #underWay = new Set<Promise<void>>()
  readonly #onRetry: Persistence['onRetry']
  #put: PutSummary = { records: 0, bytes: 0, retried: 0 }

  constructor(client: KinesisClient, place: StreamPlace, options: Options, onRetry: Persistence['onRetry']) {
    this.#client = client
    this.#place = place
    this.#options = options
    this.#signal = this.#ending.signal
    this.#onRetry = onRetry
  }

  async all(records: Iterable<RecordToPut> | AsyncIterable<RecordToPut>): Promise<PutSummary> {
    for await (const batch of untilAborted(recordBatches(records), this.#signal)) {
      const sending = this.#batch(batch).finally(() => this.#underWay.delete(sending))
      sending.catch((error: unknown) => this.#fail(error))
      this.#underWay.add(sending)
      if (this.#underWay.size >= (this.#options.inFlight ?? 4))
        await this.#orFailure(Promise.race(this.#underWay))
    }
    await this.#orFailure(Promise.all(this.#underWay))
    return this.#put
  }

  end(): void {
    this.#ending.abort()
  }

  /**
   * Ends with a signal, until the function it gives is called. A signal that outlives many puttings keeps nothing of
   * them that way, as it would with `AbortSignal.any`.
   */
  endWith(signal: AbortSignal | undefined): () => void {
    const end = () => this.#ending.abort(signal?.reason)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    return () => signal?.removeEventListener('abort', end)
  }

  /** The first failure ends everything, a wait for more records too, and is what the putting rejects with. */
  #fail(error: unknown): void {
    if (!this.#signal.aborted) this.#ending.abort(serviceError(error, this.#place))
  }

  async #orFailure(calls: Promise<unknown>): Promise<void> {
    try {
      await calls
    } catch (error) {
      this.#fail(error)
      throw this.#signal.reason
    }
  }

  async #batch(batch: readonly RecordToPut[]): Promise<void> {
    let refusedSince: number | undefined
    let reasonBefore = ''
    let left = batch
    for (let attempts = 1; left.length > 0; attempts++) {
      if (attempts > 1) await this.#pause(attempts - 1, reasonBefore)
      const calledAt = this.#options.clock.now()
      const { failed, reason } = await this.#call(left)
      refusedSince = failed.length > 0 && reason !== throttled ? (refusedSince ?? calledAt) : undefined
      if (refusedSince !== undefined && this.#options.clock.now() - refusedSince > patienceMs) {
        throw new MillraceError(
          'SOURCE_FAILED',
          `the stream keeps refusing ${failed.length} records: ${reason}`,
        )
      }
      this.#count(left, failed)
      left = failed
      reasonBefore = reason ?? ''
    }
  }

  async #call(batch: readonly RecordToPut[]): Promise<{ failed: RecordToPut[]; reason: string | undefined }> {
    const input = {
      ...streamParameter(this.#options.stream),
      Records: batch.map(({ data, partitionKey }) => ({ Data: data, PartitionKey: partitionKey })),
    }
    const output = await persist(
      (abortSignal) => this.#client.send(new PutRecordsCommand(input), { abortSignal }),
      {
        clock: this.#options.clock,
        random: this.#options.random,
        signal: this.#signal,
        patienceMs,
        onRetry: this.#onRetry,
      },
    )
    return refused(batch, output.Records ?? [])
  }

  async #pause(failures: number, reason: string): Promise<void> {
    const { clock, random } = this.#options
    const waitMs = backoffMs(failures, random)
    this.#onRetry({ kind: reason === throttled ? 'throttled' : 'unavailable', reason }, waitMs)
    await clock.sleep(waitMs, this.#signal)
    this.#signal.throwIfAborted()
  }

  #count(sent: readonly RecordToPut[], failed: readonly RecordToPut[]): void {
    const bytes = sum(sent) - sum(failed)
    this.#put = {
      records: this.#put.records + sent.length - failed.length,
      bytes: this.#put.bytes + bytes,
      retried: this.#put.retried + failed.length,
    }
    this.#options.onProgress?.(this.#put)
  }
}

const throttled = 'ProvisionedThroughputExceededException'

/** A record has arrived when the answer gives its sequence number. The answer's own count of the others is not asked. */
function refused(batch: readonly RecordToPut[], results: readonly PutRecordsResultEntry[]) {
  const failed = batch.filter((_record, i) => results[i]?.SequenceNumber == null)
  if (failed.length === 0) return { failed, reason: undefined }
  const reasons = results.map(({ ErrorCode }) => ErrorCode).filter((code) => code != null)
  return { failed, reason: reasons.find((code) => code !== throttled) ?? reasons[0] ?? 'no answer for them' }
}

function sum(records: readonly RecordToPut[]): number {
  let total = 0
  for (const { data } of records) total += data.length
  return total
}
