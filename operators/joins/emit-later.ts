import type { KeyedCall } from '../keyed/keyed-logic.ts'
import type { Combine } from './pairing.ts'

/** Emits, in a timer, what comes of a row that came earlier. If the job's function fails, it fails on that row. */
export function emitLater(
  call: KeyedCall<unknown>,
  combine: Combine,
  row: unknown,
  partner: unknown,
  timestamp: number,
): void {
  let result: unknown
  try {
    result = combine(row, partner)
  } catch (error) {
    call.refuse(error, row, timestamp)
    return
  }
  call.emit(result, timestamp)
}
