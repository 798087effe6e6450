import { byTime, type TieOptions } from './by-time.ts'
import type { Aggregate } from './definition.ts'

/**
 * Of the value with the latest event time, what `of` takes of it. It does not matter when it arrived. (Flink's
 * `LAST_VALUE` goes by arrival.) Not for changelogs: their rows keep no event time.
 *
 * @example
 * last((order: { status: string; version: number }) => order.status, { tie: (order) => order.version })
 */
export function last<T, V>(of: (value: T) => V, options: TieOptions<T> = {}): Aggregate<T, V, undefined> {
  return byTime('last', 1, of, options)
}
