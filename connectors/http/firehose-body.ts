import type { RequestBatch } from '../../src/contract/request-destination.ts'

/** A request as Firehose writes it. */
export interface FirehoseBody {
  readonly bytes: Uint8Array
  /** Names of the records for error records. */
  readonly dataIds: readonly string[]
}

/** The body of a request: `{ requestId, timestamp, records: [{ data }] }`, data in base64. */
export function firehoseBody({ id, createdAt, records }: RequestBatch): FirehoseBody {
  const body = {
    requestId: id,
    timestamp: createdAt,
    records: records.map(({ data }) => ({
      data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    })),
  }
  return { bytes: Buffer.from(JSON.stringify(body)), dataIds: records.map((record) => record.id) }
}
