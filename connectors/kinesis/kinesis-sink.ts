import type { Sink } from '../../src/contract/sink.ts'
import type { Connection } from './client.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import { openKinesisSink } from './sink/open-sink.ts'

/** When records are put: as they come, or once a checkpoint holds them. */
export type SinkDelivery = 'immediate' | 'checkpointed'

/** Options of {@link kinesisSink}. */
export interface KinesisSinkOptions<in T, D extends SinkDelivery = SinkDelivery> extends Connection {
  /** The name or the ARN of the stream. */
  readonly stream: string
  /** 1 to 256 characters; its MD5 decides the shard. Records of a key keep their order, see `order`. */
  readonly partitionKey: (row: T) => string
  /** A decimal number below 2^128 that decides the shard instead; `undefined` for the key's own. */
  readonly explicitHashKey?: (row: T) => string | undefined
  /** The bytes of a record, which must not change afterwards, or its text. Default: JSON. */
  readonly encode?: (row: T) => Uint8Array | string
  /**
   * `'immediate'` (default) puts records as they come; after a failure those since the last checkpoint are put again.
   * `'checkpointed'` puts them once a checkpoint holds them, under ids by which a source with `dropRepeats` knows them
   * again.
   */
  readonly delivery?: D
  /**
   * `'kpl'` packs records into aggregated records of up to 50 KiB, as the Kinesis Producer Library does: cheaper and
   * faster, for readers that open them. Default: `'none'`; `'kpl'` where delivery is `'checkpointed'`, since ids stand
   * in aggregated records.
   */
  readonly aggregation?: [D] extends ['checkpointed'] ? 'kpl' : Aggregation
  /**
   * `'per-key'` (default): records of a partition key arrive in the order in which they were written; a record that
   * the stream refuses holds back the later ones of its shard. `'none'`: calls overtake each other.
   */
  readonly order?: 'per-key' | 'none'
  /**
   * `'aws'` keeps each shard within what AWS grants, 1 MiB and 1,000 records a second. `'none'` puts as fast as the
   * service takes. Default: `'aws'`; `'none'` when the endpoint is plain HTTP on this machine.
   */
  readonly pace?: 'aws' | 'none'
}

/**
 * A Kinesis stream as a sink, written with PutRecords. Nothing is dropped: what the stream refuses is put again, and
 * while too much waits the job reads more slowly.
 *
 * Each record is delivered at least once. With `delivery: 'checkpointed'` a `kinesisSource` with `dropRepeats` gets it
 * exactly once.
 *
 * Errors of the running sink, see `docs/kinesis-sink.md`: `ROW_INVALID` for a row whose record the stream cannot hold;
 * `SINK_FAILED`, which restarts the job, when the stream takes nothing for two minutes; `STREAM_NOT_FOUND`,
 * `ACCESS_DENIED`, `CREDENTIALS_MISSING`, `REGION_MISSING`, `OPTION_INVALID`.
 *
 * @example
 * kinesisSink({
 *   stream: 'payments',
 *   partitionKey: (payment: { customer: string; cents: number }) => payment.customer,
 *   delivery: 'checkpointed',
 * })
 */
export function kinesisSink<T, const D extends SinkDelivery = 'immediate'>(
  options: KinesisSinkOptions<T, D>,
): Sink<T> {
  const { stream, partitionKey, explicitHashKey, encode = json, order = 'per-key' } = options
  const delivery: SinkDelivery = options.delivery ?? 'immediate'
  const aggregates = delivery === 'checkpointed' || options.aggregation === 'kpl'
  const plan = {
    partitionKey,
    ...(explicitHashKey && { explicitHashKey }),
    encode,
    aggregates,
    ordered: order === 'per-key',
    delivery,
  }
  return {
    description: {
      kind: 'kinesis',
      detail: [`stream ${stream}`, ...(aggregates ? ['aggregated'] : []), `order ${order}`].join(', '),
      guarantee: 'at-least-once',
      because: because[delivery],
    },
    open: (context, restored) => openKinesisSink(options, plan, context, restored),
  }
}

const because = {
  immediate: 'after a failure, records since the last checkpoint are put again',
  checkpointed:
    'a commit may be repeated; records have ids, so a kinesisSource with dropRepeats gets each exactly once',
} as const

function json(row: unknown): string {
  const text: string | undefined = JSON.stringify(row)
  if (text === undefined) throw new TypeError(`${String(row)} has no JSON`)
  return text
}
