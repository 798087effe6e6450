import type { _Record, GetRecordsOutput } from '@aws-sdk/client-kinesis'
import { DataPool } from './data-pool.ts'

/** A record as it stands in the JSON of a response: data in base64, arrival in seconds. */
interface JsonRecord {
  SequenceNumber: string
  ApproximateArrivalTimestamp: number | Date | undefined
  Data: string | Uint8Array
  PartitionKey?: string
  EncryptionType?: string
}

/** The output of GetRecords, from its body. */
export function parseGetRecords(body: Buffer): GetRecordsOutput {
  const output = JSON.parse(body.toString('utf8')) as {
    Records?: JsonRecord[]
    NextShardIterator?: string | null
  }
  if (output.NextShardIterator === null) delete output.NextShardIterator
  const pool = new DataPool()
  for (const record of output.Records ?? []) {
    if (typeof record.Data !== 'string') throw new SyntaxError('the answer holds a record without data')
    record.Data = pool.fromBase64(record.Data)
    const seconds = record.ApproximateArrivalTimestamp
    if (typeof seconds === 'number') record.ApproximateArrivalTimestamp = new Date(Math.round(seconds * 1000))
  }
  return output as { Records: _Record[] }
}
