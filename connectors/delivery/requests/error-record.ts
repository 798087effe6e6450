import type { DeliveryRecord, NotTaken } from '../../../src/contract/request-destination.ts'

/** A record that a destination did not take, in the form in which Amazon Data Firehose keeps such records. */
export interface ErrorRecord {
  /** How often it was sent; 0 if the destination could never have taken it. */
  readonly attemptsMade: number
  /** The event time of the record, in milliseconds since 1970: that of its arrival unless the job says otherwise. */
  readonly arrivalTimestamp: number
  readonly errorCode: string
  readonly errorMessage: string
  /** When the last attempt was over, in milliseconds since 1970. */
  readonly attemptEndingTimestamp: number
  /** The bytes that were sent for it, in base64. */
  readonly rawData: string
  /** What the destination adds, such as `esDocumentId`. */
  readonly [field: string]: string | number
}

/** What is known of the attempts for a record. */
export interface Attempts {
  readonly made: number
  readonly endedAt: number
}

/** The error record of a record that was not taken. */
export function errorRecord(
  { data, timestamp }: Pick<DeliveryRecord, 'data' | 'timestamp'>,
  { code, message, fields }: Pick<NotTaken, 'code' | 'message' | 'fields'>,
  { made, endedAt }: Attempts,
): ErrorRecord {
  return {
    attemptsMade: made,
    arrivalTimestamp: timestamp,
    errorCode: code,
    errorMessage: message,
    attemptEndingTimestamp: endedAt,
    rawData: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64'),
    ...fields,
  }
}
