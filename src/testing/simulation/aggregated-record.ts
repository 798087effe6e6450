import { createHash } from 'node:crypto'

/** What a producer is given to put. */
export interface UserRecord {
  readonly partitionKey: string
  readonly data: Uint8Array
}

/*
 * magic | AggregatedRecord { 1 partition_key_table: string[], 3 records: Record[] } | MD5 of that
 * Record { 1 partition_key_index: number, 3 data: bytes }
 */
const magic = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2)

/** Several records in one, as the Kinesis Producer Library writes them. Written by its grammar, without what reads it. */
export function aggregatedRecord(records: readonly UserRecord[]): Uint8Array {
  const keys = [...new Set(records.map(({ partitionKey }) => partitionKey))]
  const body = Buffer.concat([
    ...keys.map((key) => field(1, Buffer.from(key))),
    ...records.map(({ partitionKey, data }) => {
      const index = Buffer.from([0x08, ...varint(keys.indexOf(partitionKey))])
      return field(3, Buffer.concat([index, field(3, data)]))
    }),
  ])
  return Buffer.concat([magic, body, createHash('md5').update(body).digest()])
}

function field(number: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(bytes.length)]), bytes])
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value % 0x80) + 0x80, ...varint(Math.floor(value / 0x80))]
}
