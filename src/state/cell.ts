import type { Key } from './key.ts'

/**
 * A key with its value, and when it was last changed. The mark says three things in one number, so that finding out
 * whether a cell is known to have changed costs one comparison:
 *
 * - `clean`: a file has the value as it is.
 * - `2 n`: made in the nth interval between two cuts; no file has ever heard of the key.
 * - `2 n + 1`: changed in the nth interval; a file has an older value.
 */
export class Cell<V> {
  readonly key: Key
  /** `undefined` once it is deleted. */
  value: V | undefined
  mark: number

  constructor(key: Key, value: V, mark: number) {
    this.key = key
    this.value = value
    this.mark = mark
  }
}

export const clean = 1
/** Number of the first interval: the marks of all cells that have changed are greater than `clean`. */
export const firstInterval = 1
