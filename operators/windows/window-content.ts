/**
 * What is kept of the records of a window, and the results that it gives. What is kept must be plain data: checkpoints
 * carry it.
 */
export interface WindowContent<C = unknown> {
  /** What must be the same for state of a checkpoint to fit. */
  readonly shape: string
  /** What the parts of a content that is a list are called, in their order. For migrations. */
  readonly names?: readonly string[]
  create(): C
  /** Changes the content that it is given. */
  add(content: C, value: unknown, timestamp: number): void
  /** Puts `other`, which stays as it is, into the content, and shares nothing with it that could be changed later. */
  merge(content: C, other: C): void
  /** Whether it holds nothing any more, of content that results take records out of. */
  isEmpty?(content: C): boolean
  /** Gives the results. Only content that has `isEmpty` is changed by it. */
  /** What messages call a place in it; `path` leads there. */
  readonly placeOf?: (path: string) => string
  results(key: unknown, window: unknown, content: C): Iterable<unknown>
}
