/** Shows the compiler what leaves by an output. No value has it. */
declare const leaves: unique symbol

/** The type of what leaves by an output. */
export interface OutputType<out T> {
  readonly [leaves]?: T
}

/**
 * Names the type of what leaves by an output that is emitted to, since a call of `emit` or `output` cannot tell it.
 *
 * @example
 * const outputs = { late: output<{ at: number }>() }
 */
export function output<T>(): OutputType<T> {
  return Object.freeze({})
}
