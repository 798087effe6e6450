import type { _Record, GetRecordsOutput } from '@aws-sdk/client-kinesis'
import { DataPool } from './data-pool.ts'

/** A record as it stands in the JSON of a response: data in base64, arrival in seconds. */
export interface JsonRecord {
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
  const { Records, NextShardIterator, ...rest } = output
  const next = NextShardIterator == null ? {} : { NextShardIterator }
  return { ...rest, ...next, Records: readRecords(Records) }
}

/** Makes records of JSON what the SDK makes of them, in place. */
export function readRecords(records: JsonRecord[] = []): _Record[] {
  const pool = new DataPool()
  for (const record of records) {
    if (typeof record.Data !== 'string') throw new SyntaxError('the answer holds a record without data')
    record.Data = pool.fromBase64(record.Data)
    const seconds = record.ApproximateArrivalTimestamp
    if (typeof seconds === 'number') record.ApproximateArrivalTimestamp = new Date(Math.round(seconds * 1000))
  }
  return records as _Record[]
}
