import type { ArchivePlace } from '../../src/contract/archive-place.ts'
import type { Decode } from '../../src/contract/codec.ts'
import type { Source } from '../../src/contract/source.ts'
import type { Duration } from '../../src/units.ts'
import type { Connection } from './client.ts'
import type { OnDataLoss } from './data-loss.ts'
import type { Read } from './fan-out/choose-reading.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import { openKinesis } from './open-kinesis.ts'
import { describeStart, type StartAt } from './starting-position.ts'
import { type DecodeRecord, recordDecoder } from './whole-record.ts'

/** Options of {@link kinesisSource}. */
export interface KinesisSourceOptions<T> extends Connection {
  /** The name or the ARN of the stream. */
  readonly stream: string
  /** Where a job without a checkpoint begins. There is no default: the choice decides which records are never seen. */
  readonly startAt: StartAt
  /** Turns the bytes of a record into a value, such as `json<Order>()`; {@link wholeRecord} sees all of the record. */
  readonly decode: Decode<T> | DecodeRecord<T>
  /**
   * What was kept of the stream beyond its retention, such as `folderArchive('lake/orders-archive')`, or `bucketArchive(…)`
   * of `millrace/connectors/s3`: it is read first, and the stream from the very record on that follows, as `read` says. Needs
   * `startAt: 'trim-horizon'`, which is then the beginning of the archive. See `docs/archive.md`.
   */
  readonly archive?: ArchivePlace
  /**
   * `'kpl'` opens records that the Kinesis Producer Library has aggregated, and leaves all others as they are. `'none'`
   * takes every record as it was stored. Default: `'kpl'`.
   */
  readonly aggregation?: Aggregation
  /**
   * `true` drops records that a `kinesisSink` with `delivery: 'checkpointed'` has put again, so that each is seen
   * exactly once, over restarts and resharding too. Other records are left as they are. Needs `aggregation: 'kpl'`.
   * Default: `false`.
   */
  readonly dropRepeats?: boolean
  /**
   * How shards are read. `'polling'` (default) shares 2 MiB and 5 calls a second and shard with all others who poll.
   * `'fan-out'` has 2 MiB a second and shard to itself and gets records within a fraction of a second; it registers a
   * consumer, which AWS charges for. `'auto'` polls until it has a reason to register one. See `docs/kinesis-source.md`.
   */
  readonly read?: Read
  /**
   * The consumer to subscribe as, with fan-out: one for each source that reads a stream. It is registered if it is not
   * there, and never removed. Default: `millrace-<job>-<source>`.
   */
  readonly consumer?: string
  /**
   * `'aws'` keeps each shard within what AWS grants, 5 calls and 2 MiB a second, together with all other readers of
   * the shard in this process. `'none'` reads as fast as the service gives. Default: `'aws'`; `'none'` when the
   * endpoint is plain HTTP on this machine.
   */
  readonly pace?: 'aws' | 'none'
  /**
   * What happens when records may have expired before they were read. `'fail'` stops the job with `DATA_LOST`, which
   * names what may be missing. `'continue'` goes on with the oldest record that is left: the gap is kept in the
   * checkpoints, told as an event and counted. Default: `'fail'`.
   */
  readonly onDataLoss?: OnDataLoss
  /**
   * How many records are handed over at once at most, from 1 to 10,000. A checkpoint is taken between two hand-overs: with
   * functions that take long for a record it comes sooner if they are fewer. Default: 10,000, as many as one call brings.
   */
  readonly recordsPerFetch?: number
  /** How often to look for new shards. Default `'30s'`. Children of a shard are found at its end whatever this says. */
  readonly discoverEvery?: Duration
}

/**
 * A Kinesis stream as a source, read with GetRecords or SubscribeToShard.
 *
 * Resharding is followed: a shard is read after its parents, to its end. Throttles, expired iterators and lost
 * connections are waited out. What stops a job, see `docs/kinesis-source.md`: `STREAM_NOT_FOUND`, `ACCESS_DENIED`,
 * `CREDENTIALS_MISSING`, `REGION_MISSING`, `DATA_LOST`, `SHARD_HOLE`, `CONSUMER_LIMIT`, `OPTION_INVALID`,
 * `REPEATS_UNBOUNDED`; what restarts it: `SOURCE_UNREACHABLE`, `SOURCE_FAILED`.
 *
 * @example
 * interface Order {
 *   customer: string
 *   cents: number
 * }
 * kinesisSource({ stream: 'orders', startAt: 'trim-horizon', decode: json<Order>() })
 */
export function kinesisSource<T>(options: KinesisSourceOptions<T>): Source<T> {
  const decode = recordDecoder(options.decode)
  const { stream, startAt, archive, read = 'polling' } = options
  const how = read === 'polling' ? '' : `, read ${read === 'auto' ? 'by polling or fan-out' : 'by fan-out'}`
  return {
    description: {
      kind: 'kinesis',
      detail: `stream ${stream} ${describeStart(startAt)}${archive === undefined ? '' : ` of ${archive.description}`}${how}`,
      replayable: true,
      ...(options.dropRepeats && {
        brings: "drops what a kinesisSink with delivery 'checkpointed' has put again",
      }),
    },
    open: (context, restored) => openKinesis(options, decode, context, restored),
    printing: (split, after, through) =>
      `millrace tail --stream ${stream} --shard ${split}${after === null ? '' : ` --after ${after}`} --through ${through}`,
  }
}
