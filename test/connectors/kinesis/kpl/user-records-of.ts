import { openAggregate } from '../../../../connectors/kinesis/kpl/aggregated-record.ts'

/** What a reader sees of an aggregated record; `undefined` if the bytes are none. */
export function userRecordsOf(data: Uint8Array): { partitionKey: string; data: Buffer }[] | undefined {
  const aggregate = openAggregate(data)
  if (aggregate === undefined) return undefined
  return Array.from({ length: aggregate.size }, (_, i) => ({
    partitionKey: aggregate.partitionKey(i),
    data: Buffer.from(aggregate.data(i)),
  }))
}
