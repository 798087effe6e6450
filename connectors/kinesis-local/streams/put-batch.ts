import type { BlobWriter, NewRecord } from '../log/new-record.ts'
import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from './local-stream.ts'
import { internalFailure, PutOutcome, type Refused, type Stored } from './put-outcome.ts'
import type { Shard } from './shard.ts'
import { rateExceededMessage } from './throughput.ts'

/** A record that has been checked and routed. */
export interface RoutedRecord extends NewRecord {
  readonly shard: Shard
  /** Key and data together. */
  readonly sizeBytes: number
}

/**
 * Stores the records of one put: all are staged, then each shard commits its own. A shard that cannot write fails its
 * records and no others.
 *
 * @param refused Records that are not to be stored, with the reason.
 * @throws KinesisError SerializationException, with nothing stored, if a blob turns out to be malformed.
 */
export function putBatch(
  stream: LocalStream,
  records: readonly RoutedRecord[],
  writer: BlobWriter,
  now: number,
  refused?: ReadonlyMap<RoutedRecord, Refused>,
): PutOutcome {
  const touched = new Set<Shard>()
  const answers: (Stored | Refused)[] = []
  for (const record of records) {
    if (!touched.has(record.shard)) stream.trim(record.shard, now)
    touched.add(record.shard)
    const answer = refused?.get(record) ?? stage(stream, record, writer, now)
    if (answer === undefined) {
      for (const shard of touched) shard.log.rollback()
      throw new KinesisError('SerializationException', 'Data must be a blob')
    }
    answers.push(answer)
  }
  return new PutOutcome(commit(touched, answers), stream.encrypted)
}

function stage(
  stream: LocalStream,
  record: RoutedRecord,
  writer: BlobWriter,
  now: number,
): Stored | Refused | undefined {
  const { shard, sizeBytes } = record
  if (!shard.throughput.mayPut(sizeBytes, now)) {
    return {
      errorCode: 'ProvisionedThroughputExceededException',
      errorMessage: rateExceededMessage(stream.name, shard.id),
    }
  }
  const counter = shard.log.next
  const arrivalMs = Math.max(now, shard.log.lastArrivalMs)
  if (!shard.log.stage(record, arrivalMs, writer)) return undefined
  return { shard, counter, seconds: Math.floor(arrivalMs / 1000) }
}

function commit(touched: Iterable<Shard>, answers: (Stored | Refused)[]): (Stored | Refused)[] {
  let result = answers
  for (const shard of touched) {
    try {
      shard.log.commit()
      shard.subscribers.wake()
    } catch {
      result = result.map((answer) =>
        'shard' in answer && answer.shard === shard ? internalFailure : answer,
      )
    }
  }
  return result
}
