import { createRequire } from 'node:module'
import type { UserRecord } from './encoder.ts'

interface Aggregator {
  addUserRecord(record: object): void
  build(): { readonly data: Buffer }
}

interface Deaggregated {
  readonly partitionKey: string
  readonly explicitPartitionKey: string | undefined
  readonly data: string
}

const require = createRequire(import.meta.url)
const { deaggregateSync } = require('aws-kinesis-agg') as {
  deaggregateSync(
    record: { readonly data: string },
    computeChecksums: boolean,
    done: (error: Error | undefined, records: Deaggregated[]) => void,
  ): void
}
const { RecordAggregator } = require('aws-kinesis-agg/lib/kpl-agg.js') as {
  RecordAggregator: new () => Aggregator
}

/** Aggregates with the library of awslabs. It mixes up partition keys that look like array indices, such as `10`. */
export function aggregatedByAwslabs(records: readonly UserRecord[]): Buffer {
  const aggregator = new RecordAggregator()
  for (const record of records) aggregator.addUserRecord(record)
  return aggregator.build().data
}

/** Opens with the library of awslabs. */
export function openedByAwslabs(data: Buffer): UserRecord[] {
  let opened: Deaggregated[] = []
  deaggregateSync({ data: data.toString('base64') }, true, (error, records) => {
    if (error) throw error
    opened = records
  })
  return opened.map(({ partitionKey, explicitPartitionKey, data: base64 }) => ({
    partitionKey,
    explicitHashKey: explicitPartitionKey,
    data: Buffer.from(base64, 'base64'),
  }))
}
