import type { BlobWriter } from '../log/new-record.ts'
import type { PutOutcome } from '../streams/put-outcome.ts'
import type { RecordEvent, RecordPage } from '../streams/record-page.ts'

/** The members of an operation's output. A `Date` is a timestamp. */
export type Structure = { readonly [name: string]: unknown }

/** One encoding of the protocol. Nothing else knows how blobs and timestamps look between client and server. */
export interface Wire extends BlobWriter {
  readonly contentType: string
  /** What the payload of an event in a stream declares itself to be. */
  readonly eventContentType: string
  /** @throws KinesisError SerializationException */
  decode(body: Buffer): unknown
  /** The bytes that a blob will take; `undefined` if the value is none. */
  blobSize(blob: unknown): number | undefined
  /** Milliseconds since 1970; `undefined` if the value is no timestamp. */
  timestampMs(timestamp: unknown): number | undefined
  encode(output: Structure): Buffer
  encodeRecords(page: RecordPage): Buffer
  encodeEvent(event: RecordEvent): Buffer
  encodePuts(outcome: PutOutcome): Buffer
}
