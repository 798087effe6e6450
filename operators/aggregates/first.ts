import { byTime, type TieOptions } from './by-time.ts'
import type { Aggregate } from './definition.ts'

/**
 * Of the value with the earliest event time, what `of` takes of it. It does not matter when it arrived. (Flink's
 * `FIRST_VALUE` goes by arrival.) Not for changelogs: their rows keep no event time.
 *
 * @example
 * first((order: { status: string; version: number }) => order.status, { tie: (order) => order.version })
 */
export function first<T, V>(of: (value: T) => V, options: TieOptions<T> = {}): Aggregate<T, V, undefined> {
  return byTime('first', -1, of, options)
}
