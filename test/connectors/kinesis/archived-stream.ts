import { type CheckpointStore, job, json, type RunningJob, run } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { deliverySink, parquet } from '../../../connectors/delivery/index.ts'
import {
  archiveColumns,
  archiveRow,
  type KinesisSourceOptions,
  kinesisSource,
} from '../../../connectors/kinesis/index.ts'
import { hashKeyOf } from '../../../connectors/kinesis/kpl/hash-key.ts'
import { writeAggregate } from '../../../connectors/kinesis/kpl/write-aggregate.ts'
import type { Source } from '../../../src/contract/source.ts'
import type { Size } from '../../../src/units.ts'
import { succeed } from '../kinesis-local/raw-call.ts'
import { type ArchiveHome, folderHome } from './archive-home.ts'
import { EmbeddedStream } from './embedded-stream.ts'

export interface Visit {
  readonly id: number
  readonly key: string
  readonly time: number
}

export interface Total {
  readonly key: string
  readonly start: number
  readonly n: number
  readonly ids: number
}

const minute = 60_000
const allKeys = Array.from({ length: 11 }, (_, index) => `k${index}`)
export const hour = 60 * minute

/** A stream, and a job that keeps an archive of it. */
export class ArchivedStream {
  readonly home: ArchiveHome
  readonly put: Visit[] = []
  readonly #store = memoryStore()
  readonly stream: EmbeddedStream

  static async start(shards: number, home: ArchiveHome = folderHome()): Promise<ArchivedStream> {
    return new ArchivedStream(await EmbeddedStream.start(shards), home)
  }

  /** Registers the consumer of the job that counts, so that it can subscribe at once. */
  async register(): Promise<void> {
    const { StreamDescriptionSummary: summary } = await this.stream.call<{
      StreamDescriptionSummary: { StreamARN: string }
    }>('DescribeStreamSummary')
    const registered = { StreamARN: summary.StreamARN, ConsumerName: 'millrace-counting-visits' }
    await succeed(this.stream.kinesis.endpoint, 'RegisterStreamConsumer', registered)
    this.stream.now += minute
  }

  private constructor(stream: EmbeddedStream, home: ArchiveHome) {
    this.stream = stream
    this.home = home
  }

  /**
   * Puts some visits of keys whose hash keys begin with one of these digits; some of them in aggregated records of
   * three.
   */
  async visit(count: number, digits = '0123456789abcdef'): Promise<void> {
    const keys = allKeys.filter((key) => digits.includes(hashKeyOf(key)[0]!))
    const visits = Array.from({ length: count }, (_, index): Visit => {
      const time = this.stream.now - ((index * 37) % 30) * 1000
      return { id: this.put.length + index, key: keys[index % keys.length]!, time }
    })
    this.put.push(...visits)
    const bytes = (visit: Visit) => Buffer.from(JSON.stringify(visit))
    const records: { readonly key: string; readonly data: Uint8Array }[] = []
    for (const key of keys) {
      const own = visits.filter((visit) => visit.key === key)
      while (own.length > 0) {
        const together = own.splice(0, records.length % 3 === 0 ? 3 : 1)
        const user = together.map((visit) => ({ data: bytes(visit), partitionKey: visit.key }))
        const data = user.length === 1 ? user[0]!.data : writeAggregate(user)
        records.push({ key, data })
      }
    }
    await this.stream.call('PutRecords', {
      Records: records.map(({ key, data }) => ({
        Data: Buffer.from(data).toString('base64'),
        PartitionKey: key,
      })),
    })
  }

  /** Runs the job that archives until it has caught up, and stops it: its rows are then in files of about that size. */
  async archive(size: Size = '1MiB'): Promise<void> {
    const source = kinesisSource({ ...this.#options, startAt: 'trim-horizon', decode: archiveRow() })
    const format = parquet(archiveColumns)
    const archiving = job('archiving', ({ from }) =>
      from('orders', source).pipe(
        sinkTo('archive', deliverySink({ to: this.home.destination, format, roll: { age: '1ms', size } })),
      ),
    )
    const running = run(archiving, { clock: this.stream.clock, checkpoints: this.#store })
    await caughtUp(running)
    this.stream.now += 1000
    running.stop()
    await running
  }

  get #options() {
    return {
      stream: this.stream.name,
      endpoint: this.stream.kinesis.endpoint,
      discoverEvery: '50ms' as const,
    }
  }

  /** What counts visits per minute, from the archive and the stream. */
  counting(options: Partial<KinesisSourceOptions<Visit>> = {}) {
    const source = kinesisSource({
      ...this.#options,
      startAt: 'trim-horizon',
      decode: json<Visit>(),
      archive: this.home.archive,
      ...options,
    })
    return this.#counting(source)
  }

  /** The same from the stream alone. */
  countingWithoutArchive() {
    return this.#counting(kinesisSource({ ...this.#options, startAt: 'trim-horizon', decode: json<Visit>() }))
  }

  #counting(source: Source<Visit>) {
    const totals = collectSink<Total>()
    const ids = collectSink<Visit>()
    const described = job(
      'counting',
      ({ from }) => {
        const all = from('visits', source)
        return [
          all.pipe(
            eventTime(({ time }) => time, { outOfOrder: '30s' }),
            keyBy(({ key }) => key),
            window(tumbling('1m')),
            aggregate('totals', { n: count(), ids: sum(({ id }) => id) }),
            map(({ key, window: { start }, n, ids }): Total => ({ key, start, n, ids })),
            sinkTo('rows', totals),
          ),
          all.pipe(sinkTo('ids', ids)),
        ]
      },
      { checkpoint: { every: '5ms' } },
    )
    const start = (checkpoints: CheckpointStore) =>
      run(described, { clock: this.stream.clock, checkpoints, until: 'caught-up' })
    return { start, totals, ids }
  }

  /** By a plain loop over all that was ever put. */
  get totals(): Total[] {
    const totals = new Map<string, Total>()
    for (const { id, key, time } of this.put) {
      const start = Math.floor(time / minute) * minute
      const { n, ids } = totals.get(`${key} ${start}`) ?? { n: 0, ids: 0 }
      totals.set(`${key} ${start}`, { key, start, n: n + 1, ids: ids + id })
    }
    return sorted([...totals.values()])
  }

  async close(): Promise<void> {
    await this.stream.close()
    await this.home.close()
  }
}

export function sorted(totals: readonly Total[]): Total[] {
  return totals.toSorted((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1))
}

function caughtUp(running: RunningJob): Promise<void> {
  return new Promise((resolve, reject) => {
    running.events$.subscribe(({ kind }) => kind === 'caught-up' && resolve())
    running.then(undefined, reject)
  })
}
