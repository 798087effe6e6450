import type { _Record, GetRecordsOutput } from '@aws-sdk/client-kinesis'

/** A record as it stands in the JSON of a response: data in base64, arrival in seconds. */
export interface JsonRecord {
  SequenceNumber: string
  ApproximateArrivalTimestamp: number | Date | undefined
  Data: string | Uint8Array
  PartitionKey?: string
  EncryptionType?: string
}

/**
 * The output of GetRecords, from its body. The data of all records lies in one buffer: an allocation a call instead of
 * one a record.
 */
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
  const pool = Buffer.allocUnsafeSlow(decodedBound(records))
  let used = 0
  for (const record of records) {
    const length = pool.write(record.Data as string, used, 'base64')
    record.Data = pool.subarray(used, used + length)
    used += length
    const seconds = record.ApproximateArrivalTimestamp
    if (typeof seconds === 'number') record.ApproximateArrivalTimestamp = new Date(Math.round(seconds * 1000))
  }
  return records as _Record[]
}

function decodedBound(records: readonly JsonRecord[]): number {
  let bound = 0
  for (const record of records) bound += Math.ceil((record.Data as string).length * 0.75)
  return bound
}
