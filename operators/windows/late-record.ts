import { MillraceError } from '../../src/errors.ts'
import type { KeyedCall } from '../keyed/keyed-logic.ts'

/** A record that belongs to no window, whenever it comes: it lies in a gap that the windows leave. */
export function onBetween(call: Pick<KeyedCall<unknown>, 'count'>): void {
  call.count('between-windows')
}

/** Hands a record on that came after its windows had closed. */
export function onLate(call: KeyedCall<unknown>, value: unknown): void {
  call.count('late')
  const late = call.sideOutput('late')
  if (late === undefined) throw lateRecord(call.timestamp, call.watermark)
  late(value, call.timestamp)
}

export function lateRecord(timestamp: number, watermark: number): MillraceError {
  return new MillraceError(
    'RECORD_LATE',
    `a record of ${instant(timestamp)} came when event time was complete up to ${instant(watermark)}, after its window had closed`,
  )
}

function instant(timestamp: number): string {
  return Math.abs(timestamp) <= 8.64e15 ? new Date(timestamp).toISOString() : 'the end of time'
}
