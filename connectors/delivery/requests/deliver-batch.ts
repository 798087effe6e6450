import type { Clock, Random } from '../../../src/contract/clock.ts'
import {
  type Delivery,
  DestinationFailure,
  type NotTaken,
  type RequestBatch,
  type RequestSession,
} from '../../../src/contract/request-destination.ts'
import { isMillraceError, MillraceError, reasons } from '../../../src/errors.ts'
import type { DeliveryReport } from './delivery-report.ts'
import { type Attempts, type ErrorRecord, errorRecord } from './error-record.ts'
import { redacted } from './redacted.ts'
import { nextAttempt } from './retry.ts'

/** How records are sent. */
export interface DeliveryManner {
  readonly session: RequestSession
  /** What messages call the destination. */
  readonly destination: string
  readonly retryForMs: number
  /** Whether records go to the error output when the destination has been down for so long; if not, the job stops. */
  readonly givesUp: boolean
  readonly clock: Clock
  readonly random: Random
  readonly report: DeliveryReport
  /** Ends every attempt and every wait. */
  readonly signal: AbortSignal
  /** Takes records that did not arrive and never will; `undefined` if the job named no output for them. */
  readonly onRefused: ((records: readonly ErrorRecord[]) => void) | undefined
}

/** Why an attempt did not bring all records there. */
interface Trouble {
  readonly again: readonly NotTaken[]
  readonly code: string
  readonly message: string
  readonly retryAfterMs: number | undefined
}

/**
 * Sends a batch until each of its records has arrived or is refused for good.
 *
 *     records ─▶ request ─▶ arrived
 *        ▲          ├─▶ refused ─▶ error output, or RECORD_REFUSED
 *        └── wait ──┴─▶ again   ─▶ when retrying has lasted too long: error output, or DESTINATION_UNAVAILABLE
 *
 * @throws MillraceError `RECORD_REFUSED`, `DESTINATION_UNAVAILABLE`
 */
export async function deliverBatch(batch: RequestBatch, manner: DeliveryManner): Promise<void> {
  const { clock, random, report, signal, retryForMs: forMs } = manner
  let left = batch
  let waitedMs = 0
  for (let failures = 1; ; failures += 1) {
    const trouble = await attempt(left, failures, manner)
    if (trouble === undefined) return
    left = { ...left, records: trouble.again.map(({ index }) => left.records[index]!) }
    const { code, message, retryAfterMs } = trouble
    const next = nextAttempt({ failures, waitedMs, forMs, retryAfterMs }, random)
    if (next === 'give-up') return giveUp(left, trouble, { made: failures, endedAt: clock.now() }, manner)
    report.retried(code, message, next.afterMs)
    await clock.sleep(next.afterMs, signal)
    signal.throwIfAborted()
    waitedMs += next.afterMs
  }
}

/** Sends what is left; gives what must be sent again. */
async function attempt(
  batch: RequestBatch,
  made: number,
  manner: DeliveryManner,
): Promise<Trouble | undefined> {
  const { session, report, signal, clock } = manner
  report.sent()
  let delivery: Delivery
  try {
    delivery = await session.send(batch, signal)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof DestinationFailure)) throw unexpected(error, manner)
    const { code, message, retryAfterMs } = error
    const why = { code, message: redacted(message, session.secrets) }
    return { again: batch.records.map((_, index) => ({ index, ...why })), ...why, retryAfterMs }
  }
  signal.throwIfAborted()
  const { refused, again } = delivery
  if (refused.length > 0) refuse(batch, refused, { made, endedAt: clock.now() }, manner)
  report.arrived(batch.records.length - refused.length - again.length)
  const [first] = again
  if (first === undefined) return undefined
  const message = redacted(first.message, session.secrets)
  return { again, code: first.code, message, retryAfterMs: undefined }
}

function refuse(
  batch: RequestBatch,
  refused: readonly NotTaken[],
  attempts: Attempts,
  { report, onRefused, session, destination }: DeliveryManner,
): void {
  const records = refused.map((one) => {
    const message = redacted(one.message, session.secrets)
    return errorRecord(batch.records[one.index]!, { ...one, message }, attempts)
  })
  report.refused(records.length)
  onRefused?.(records)
  if (onRefused !== undefined) return
  const [{ errorCode, errorMessage }] = records as [ErrorRecord]
  throw new MillraceError(
    'RECORD_REFUSED',
    `${destination} refuses ${records.length} of ${batch.records.length} records: ${errorCode}: ${errorMessage}`,
  )
}

function giveUp(
  batch: RequestBatch,
  { again, code, message }: Trouble,
  attempts: Attempts,
  { givesUp, report, onRefused, retryForMs, destination, session }: DeliveryManner,
): void {
  if (!givesUp || onRefused === undefined) {
    const tried = `${attempts.made} attempts, with waits of ${Math.round(retryForMs / 1000)} s between them`
    throw new MillraceError(
      'DESTINATION_UNAVAILABLE',
      `${destination} has not taken ${batch.records.length} records in ${tried}: ${code}: ${message}`,
    )
  }
  report.gaveUp(batch.records.length)
  onRefused(
    again.map((one, place) => {
      const clean = redacted(one.message, session.secrets)
      return errorRecord(batch.records[place]!, { ...one, message: clean }, attempts)
    }),
  )
}

/** Anything else that is thrown: the words of it alone, since what is thrown may carry requests with who signed them. */
function unexpected(error: unknown, { session, destination }: DeliveryManner): MillraceError {
  if (isMillraceError(error)) return error
  const [reason = ''] = reasons(error)
  return new MillraceError(
    'SINK_FAILED',
    `sending to ${destination} failed: ${redacted(reason, session.secrets)}`,
  )
}
