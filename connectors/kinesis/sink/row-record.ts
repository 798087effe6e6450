import { MillraceError } from '../../../src/errors.ts'
import { explicitHashKey } from '../kpl/hash-key.ts'
import type { UserRecord } from '../kpl/write-aggregate.ts'
import { aggregatedBytes, type OutgoingRecord, outgoing, plainBytes } from './outgoing-record.ts'

/** How rows become records. */
export interface RowFunctions<T> {
  readonly partitionKey: (row: T) => string
  readonly explicitHashKey?: (row: T) => string | undefined
  readonly encode: (row: T) => Uint8Array | string
}

/** What a stream lets in. */
export interface RowLimits {
  readonly maxRecordBytes: number
  /** Whether each record is put in an aggregated record, if need be one of its own. */
  readonly aggregated: boolean
}

const longestKey = 256

/** The record of a row. Throws `ROW_INVALID` for one that the stream would refuse. */
export function rowRecord<T>(row: T, functions: RowFunctions<T>, limits: RowLimits): OutgoingRecord {
  const record = userRecord(row, functions)
  const { aggregated, maxRecordBytes } = limits
  const sizeBytes = aggregated ? aggregatedBytes(record, maxRecordBytes) : plainBytes(record)
  if (sizeBytes <= maxRecordBytes) return outgoing(record)
  const what = aggregated ? 'bytes with its key and its frame' : 'bytes of data and partition key'
  throw invalid(`the record has ${sizeBytes} ${what}; the stream allows ${maxRecordBytes}`)
}

function userRecord<T>(row: T, functions: RowFunctions<T>): UserRecord {
  const data = called('encode', () => functions.encode(row))
  const partitionKey = called('partitionKey', () => functions.partitionKey(row))
  const explicit = called('explicitHashKey', () => functions.explicitHashKey?.(row))
  const keyLength = typeof partitionKey === 'string' ? charactersOf(partitionKey) : undefined
  if (keyLength === undefined) throw invalid(`partitionKey gave ${String(partitionKey)}, not a text`)
  if (keyLength === 0 || keyLength > longestKey)
    throw invalid(`the partition key has ${keyLength} characters; Kinesis allows 1 to ${longestKey}`)
  if (explicit !== undefined && explicitHashKey(Buffer.from(String(explicit))) === undefined)
    throw invalid(`the explicit hash key ${explicit} is not a decimal number below 2^128`)
  return { data: bytesOf(data), partitionKey, explicitHashKey: explicit }
}

function called<R>(name: string, call: () => R): R {
  try {
    return call()
  } catch (cause) {
    throw new MillraceError('ROW_INVALID', `${name} failed: ${String(cause)}`, { cause })
  }
}

/** A short view of a long buffer is copied: it would keep all of that in memory. */
function bytesOf(data: unknown): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  if (!(data instanceof Uint8Array)) throw invalid(`encode gave ${String(data)}, neither bytes nor a text`)
  const keepsMuch = data.buffer.byteLength > 2 * data.length + 65_536
  return keepsMuch ? Uint8Array.from(data) : data
}

/** Kinesis counts characters, not the UTF-16 units of JavaScript. */
function charactersOf(text: string): number {
  return text.length <= longestKey ? text.length : [...text].length
}

function invalid(message: string): MillraceError {
  return new MillraceError('ROW_INVALID', message)
}
