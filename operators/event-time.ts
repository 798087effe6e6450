import type { Operator, OperatorContext } from '../src/contract/operator.ts'
import type { Snapshot } from '../src/contract/snapshot.ts'
import { MillraceError } from '../src/errors.ts'
import { givenDuration } from '../src/graph/given-duration.ts'
import { givenFunction } from '../src/graph/given-function.ts'
import { operatorOn } from '../src/graph/operator-step.ts'
import { operatorsBefore } from '../src/graph/operators-before.ts'
import { decodeCbor, encodeCbor } from '../src/state/cbor.ts'
import type { Step, Stream } from '../src/stream.ts'
import { beginningOfTime, endOfTime } from '../src/time/end-of-time.ts'
import { SplitWatermarks } from '../src/time/split-watermarks.ts'
import type { Duration } from '../src/units.ts'

/** How event time goes on. */
export interface EventTimeOptions<T = never> {
  /**
   * How much later than a record an earlier one of the same split may still come. A window is complete this long after
   * its end. Default `'0s'`: event time never goes back within a split.
   */
  readonly outOfOrder?: Duration
  /**
   * For a stream that says itself how far it is complete: up to which event time, in milliseconds since 1970, nothing
   * follows this record in its split. `undefined` says nothing. Takes the place of `outOfOrder`, which then counts for
   * quiet splits alone.
   */
  readonly watermark?: (value: T, timestamp: number) => number | undefined
  /**
   * A split that is caught up and empty follows the clock of the source, this long (and `outOfOrder`) behind it, so
   * that quiet splits do not hold windows back. It must cover the time between an event and its arrival. Default
   * `'1m'`.
   */
  readonly idleAfter?: Duration
  /**
   * How far a split may run ahead of the slowest one before it is paused, in event time. Keeps few windows open while
   * much is replayed. Default `'1d'`.
   */
  readonly maxDrift?: Duration
}

/**
 * Takes the event time from the record; without this step it is the time when the record arrived at the source.
 * Watermarks are kept per split, so that one split's lag makes nothing late in another. (As Flink's per-split
 * watermarks with bounded out-of-orderness.)
 *
 * @param timestampOf Milliseconds since 1970.
 * @throws MillraceError `EVENT_TIME_INVALID` while running, if a time is not a whole number that a `Date` can hold;
 *   `JOB_INVALID` for an async function, and after a step such as `asyncMap`, whose results come apart from their splits.
 * @example
 * eventTime((order: { placedAt: number }) => order.placedAt, { outOfOrder: '10s' })
 */
export function eventTime<T>(
  timestampOf: (value: T) => number,
  options: EventTimeOptions<NoInfer<T>> = {},
): Step<Stream<T>, Stream<T>> {
  const { outOfOrder = '0s', idleAfter = '1m', maxDrift = '1d', watermark } = options
  givenFunction(timestampOf, 'eventTime')
  if (watermark !== undefined) givenFunction(watermark, 'eventTime', 'watermark')
  const outOfOrderMs = givenDuration(outOfOrder, 'the outOfOrder of eventTime(…)')
  const livelinessMs = outOfOrderMs + givenDuration(idleAfter, 'the idleAfter of eventTime(…)')
  const maxDriftMs = givenDuration(maxDrift, 'the maxDrift of eventTime(…)')
  const bound = watermark === undefined ? `out of order ${outOfOrder}` : 'watermarks of its own'
  const description = {
    verb: 'eventTime',
    detail: `${bound}, idle after ${idleAfter}, drift ${maxDrift}`,
    create: (context: OperatorContext<T>, restored: Snapshot | undefined) =>
      assignTimestamps(
        timestampOf,
        watermark,
        new SplitWatermarks(outOfOrderMs, livelinessMs),
        maxDriftMs,
        context,
        restored,
      ),
  }
  return (upstream) => {
    refuseDetached(upstream)
    return operatorOn<T, T>(upstream, description)
  }
}

/** Marks of splits pass what is in flight, and its records come without their splits: event time would go astray. */
function refuseDetached({ outlet }: Stream<unknown>): void {
  const detached = operatorsBefore(outlet).find((operator) => operator.detached)
  if (detached === undefined) return
  const { verb } = detached
  throw new MillraceError(
    'JOB_INVALID',
    `eventTime(…) stands after ${verb}(…), where records come apart from their splits: put it before`,
  )
}

const schema = 1

function assignTimestamps<T>(
  timestampOf: (value: T) => number,
  watermarkOf: EventTimeOptions<T>['watermark'],
  watermarks: SplitWatermarks,
  maxDriftMs: number,
  { number, emit, emitWatermark, running, failed }: OperatorContext<T>,
  restored: Snapshot | undefined,
): Operator<T> {
  if (restored?.schema === schema) restore(watermarks, restored)
  let splitOfBatch = ''
  /** Of the batch at hand. */
  let greatest = beginningOfTime
  let complete = beginningOfTime
  let emitted = watermarks.current()
  const advanceTo = (watermark: number) => {
    if (watermark <= emitted) return
    emitted = watermark
    emitWatermark(watermark)
  }
  return {
    tellsRunning: true,
    process: (value, timestamp) => {
      running.operator = number
      const time = timestampOf(value)
      if (!isTime(time)) throw failed(invalid(time, timestamp), timestampOf)
      if (watermarkOf === undefined) {
        if (time > greatest) greatest = time
      } else complete = Math.max(complete, watermarkOf(value, time) ?? complete)
      running.operator = 0
      emit(value, time)
    },
    onBatch: (split = '') => {
      splitOfBatch = split
      greatest = beginningOfTime
      complete = beginningOfTime
    },
    onBatchEnd: () => {
      if (greatest > beginningOfTime) watermarks.observe(splitOfBatch, greatest)
      if (complete > beginningOfTime) watermarks.raise(splitOfBatch, complete)
      advanceTo(watermarks.current())
    },
    // The watermark before this step is of another time scale: only the end of the input counts.
    onWatermark: (timestamp) => {
      if (timestamp === endOfTime) advanceTo(endOfTime)
    },
    onSplit: (mark) => {
      watermarks.mark(mark)
      advanceTo(watermarks.current())
    },
    progress: { watermarkOf: (split) => watermarks.watermarkOf(split), maxDriftMs },
    snapshot: () => ({ schema, parts: [encodeCbor([watermarks.current(), watermarks.entries()])] }),
  }
}

function restore(watermarks: SplitWatermarks, { parts }: Snapshot): void {
  const [combined, entries] = decodeCbor(parts[0]!) as [number, [string, number][]]
  watermarks.restore(entries, combined)
}

/**
 * A time that no `Date` can hold is mostly in another unit, and lies beyond the end of time, where no window closes. One
 * with a fraction is mostly in seconds, and could lie between the last instant of a window and its end.
 */
function isTime(time: number): boolean {
  return Number.isInteger(time) && Math.abs(time) <= 8.64e15
}

/** A text of digits and a `Date` look like times when they are printed, so their kind comes first. */
function described(time: unknown): string {
  if (typeof time === 'string') return `the text ${JSON.stringify(time)}`
  if (time instanceof Date) return 'a Date, not its getTime()'
  if (Number.isFinite(time) && !Number.isInteger(time))
    return `${time}, which is no whole number of milliseconds`
  return String(time)
}

function invalid(time: unknown, arrivalTime: number): MillraceError {
  return new MillraceError(
    'EVENT_TIME_INVALID',
    `the event time of a record is ${described(time)} (it arrived at ${new Date(arrivalTime).toISOString()})`,
  )
}
