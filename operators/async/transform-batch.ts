import { reasons } from '../../src/errors.ts'
import { type AsyncFunction, type CallContext, type CallPolicy, type CallSurroundings, call } from './call.ts'

/** A record as a function that transforms it gets it. */
export interface TransformRecord<out T> {
  /** Names the record in this call. */
  readonly recordId: string
  readonly value: T
  /** Its event time, in milliseconds since 1970. */
  readonly timestamp: number
}

/** What became of a record. */
export type TransformResult<R> =
  | { readonly recordId: string; readonly result: 'Ok'; readonly value: R }
  | { readonly recordId: string; readonly result: 'Dropped' }
  | { readonly recordId: string; readonly result: 'ProcessingFailed'; readonly message?: string }

/** A record that could not be transformed, in the form in which Amazon Data Firehose keeps such records. */
export interface ProcessingFailure {
  /** In how many calls it was. */
  readonly attemptsMade: number
  /** The event time of the record, in milliseconds since 1970: that of its arrival unless the job says otherwise. */
  readonly arrivalTimestamp: number
  /** `FunctionError`, `ProcessingFailed`, or `MissingRecordId`, `DuplicatedRecordId`, `UnknownRecordId`, `InvalidResult`. */
  readonly errorCode: string
  readonly errorMessage: string
  /** When the last attempt was over, in milliseconds since 1970. */
  readonly attemptEndingTimestamp: number
  /** The record in base64: bytes and texts as they are, anything else as JSON. */
  readonly rawData: string
}

/** What goes on for a record: its result, nothing, or that it failed. */
export type Transformed<R> =
  | { readonly kind: 'ok'; readonly value: R }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly failure: ProcessingFailure; readonly error: unknown }

/** An answer that is not one for each record. */
class WrongAnswer extends Error {
  override readonly name = 'WrongAnswer'
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

type Transform<T, R> = AsyncFunction<readonly TransformRecord<T>[], readonly TransformResult<R>[]>

/** What becomes of the records of a batch, in their order. Rejects only when the run is over. */
export async function transformBatch<T, R>(
  transform: Transform<T, R>,
  records: readonly TransformRecord<T>[],
  policy: CallPolicy,
  around: CallSurroundings,
  attemptsBefore = 0,
): Promise<readonly Transformed<R>[]> {
  const ask = async (batch: readonly TransformRecord<T>[], context: CallContext) =>
    matched(batch, await transform(batch, context))
  const made = attemptsBefore + policy.attempts
  const failed = (error: unknown) => failureOf(error, made, around.clock.now())
  try {
    const results = await call(ask, records, policy, around)
    return results.map((result, index) =>
      transformed(result, records[index]!, attemptsBefore + 1, around.clock.now()),
    )
  } catch (error) {
    around.signal.throwIfAborted()
    if (records.length === 1)
      return [{ kind: 'failed', error, failure: { ...failed(error), ...aboutRecord(records[0]!) } }]
    const middle = Math.ceil(records.length / 2)
    const once = { ...policy, attempts: 1 }
    const first = await transformBatch(transform, records.slice(0, middle), once, around, made)
    return [...first, ...(await transformBatch(transform, records.slice(middle), once, around, made))]
  }
}

function transformed<T, R>(
  result: TransformResult<R>,
  record: TransformRecord<T>,
  attemptsMade: number,
  endedAt: number,
): Transformed<R> {
  if (result.result === 'Ok') return { kind: 'ok', value: result.value }
  if (result.result === 'Dropped') return { kind: 'dropped' }
  const error = new WrongAnswer('ProcessingFailed', result.message ?? 'the function gave ProcessingFailed')
  return {
    kind: 'failed',
    error,
    failure: { ...failureOf(error, attemptsMade, endedAt), ...aboutRecord(record) },
  }
}

/** The results in the order of the records. */
function matched<T, R>(
  records: readonly TransformRecord<T>[],
  results: readonly TransformResult<R>[],
): readonly TransformResult<R>[] {
  if (!Array.isArray(results)) throw new WrongAnswer('InvalidResult', 'the function gave no array')
  const byId = new Map<string, TransformResult<R>>()
  const ids = new Set(records.map(({ recordId }) => recordId))
  for (const result of results as readonly TransformResult<R>[]) {
    if (!['Ok', 'Dropped', 'ProcessingFailed'].includes(result?.result))
      throw new WrongAnswer(
        'InvalidResult',
        'the function gave a result other than Ok, Dropped and ProcessingFailed',
      )
    if (!ids.has(result.recordId))
      throw new WrongAnswer(
        'UnknownRecordId',
        `the function answered for "${result.recordId}", which it was not given`,
      )
    if (byId.has(result.recordId))
      throw new WrongAnswer(
        'DuplicatedRecordId',
        `the function answered for "${result.recordId}" more than once`,
      )
    byId.set(result.recordId, result)
  }
  return records.map(({ recordId }) => {
    const result = byId.get(recordId)
    if (result === undefined)
      throw new WrongAnswer('MissingRecordId', `the function did not answer for "${recordId}"`)
    return result
  })
}

function failureOf(error: unknown, attemptsMade: number, attemptEndingTimestamp: number) {
  const [errorMessage = ''] = reasons(error)
  const errorCode = error instanceof WrongAnswer ? error.code : 'FunctionError'
  return { attemptsMade, errorCode, errorMessage, attemptEndingTimestamp }
}

function aboutRecord({ value, timestamp }: TransformRecord<unknown>) {
  return { arrivalTimestamp: timestamp, rawData: bytesOf(value).toString('base64') }
}

function bytesOf(value: unknown): Buffer {
  if (typeof value === 'string') return Buffer.from(value)
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  const exact = (_name: string, member: unknown) => (typeof member === 'bigint' ? String(member) : member)
  return Buffer.from(JSON.stringify(value, exact) ?? 'null')
}
