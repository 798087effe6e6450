import type { Duration, Size } from '../units.ts'
import type { Http } from './http.ts'
import type { Json } from './json.ts'
import type { SinkContext, SinkDescription } from './sink.ts'

/** A record on its way to a destination. */
export interface DeliveryRecord {
  /**
   * 32 hexadecimal digits that follow from the history of the job, the sink, the place of the record and its bytes: the same
   * at every attempt and after every restart, and of no other record.
   */
  readonly id: string
  readonly data: Uint8Array
  /** Its event time, in milliseconds since 1970. */
  readonly timestamp: number
  /** What {@link RequestDestination.encode} noted beside the bytes. */
  readonly notes: Json | undefined
}

/** Records that go out in one request. */
export interface RequestBatch {
  /** In the form of a UUID. Follows from the records, as their ids do. */
  readonly id: string
  /** When its first record came, in milliseconds since 1970. */
  readonly createdAt: number
  /** At an attempt after one that took some of them, those that are left. */
  readonly records: readonly DeliveryRecord[]
}

/** A record that a destination did not take. */
export interface NotTaken {
  /** Its place in {@link RequestBatch.records}. */
  readonly index: number
  /** As the destination calls it. */
  readonly code: string
  readonly message: string
  /** What error records say besides, such as the id of a document. */
  readonly fields?: Readonly<Record<string, string | number>>
}

/** What became of the records of a request: those that are in neither list have arrived. */
export interface Delivery {
  /** Never to be taken: sending them again cannot help. */
  readonly refused: readonly NotTaken[]
  /** To be sent again. */
  readonly again: readonly NotTaken[]
}

/** The destination took nothing that is known of, and may when it is asked again. */
export class DestinationFailure extends Error {
  override readonly name = 'DestinationFailure'
  /** As the destination calls it, or one of `ConnectionFailed`, `ConnectionReset`, `RequestTimeout`, `ResponseTooLarge`. */
  readonly code: string
  /** How long the destination wants to be left alone, in milliseconds. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: string,
    message: string,
    details: { retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: details.cause })
    this.code = code
    this.retryAfterMs = details.retryAfterMs
  }
}

/** What a destination is opened with. */
export interface RequestContext
  extends Pick<SinkContext, 'job' | 'name' | 'lineage' | 'clock' | 'random' | 'log' | 'overrides' | 'count'> {
  /** Sends requests over HTTP. */
  readonly http: Http
  /**
   * Waits for a call by other means no longer than this; its signal is aborted then. Rejects with a {@link DestinationFailure}
   * when it took too long.
   */
  within<R>(timeoutMs: number, call: (signal: AbortSignal) => Promise<R>, signal: AbortSignal): Promise<R>
}

/** An open destination. */
export interface RequestSession {
  /** What must stand in no log, error or error record: it is struck out of all words that come from outside. */
  readonly secrets: readonly string[]
  /**
   * Sends one request. Rejects with a {@link DestinationFailure} when the whole of it is to be sent again, and with a
   * `MillraceError` when that cannot help.
   */
  send(batch: RequestBatch, signal: AbortSignal): Promise<Delivery>
  close(): Promise<void>
}

/** The bytes of a row, and what its destination must know of it besides. */
export interface EncodedRow {
  readonly data: Uint8Array
  readonly notes?: Json
}

/** Where records go by requests and answers. A value: holding one opens nothing. */
export interface RequestDestination<in T> {
  readonly kind: 'requests'
  readonly description: SinkDescription
  /** What one request may hold. A record that is larger than `recordBytes` with its notes is refused. */
  readonly limits: { readonly records: number; readonly bytes: number; readonly recordBytes: number }
  /** When records are sent, unless the sink says otherwise. */
  readonly buffer: { readonly size: Size; readonly interval: Duration }
  /** How many requests are under way at once, unless the sink says otherwise. */
  readonly atOnce: number
  /** Throws for a row that has no such bytes. */
  encode(row: T): EncodedRow
  open(context: RequestContext): Promise<RequestSession>
}
