/**
 * How far something has come in a shard: a sequence number, and the place within it when the record is an aggregate
 * of several (0 for a plain record).
 *
 * As text it is `<sequenceNumber>:<subSequence>`. Sequence numbers have up to 129 digits, so they are compared as
 * `bigint`, and only within one shard: those of sibling shards have no order.
 */
export interface SequencePosition {
  readonly sequenceNumber: string
  readonly subSequence: number
}

const grammar = /^(0|[1-9]\d{0,128}):(0|[1-9]\d{0,8})$/

export function formatPosition(sequenceNumber: string, subSequence = 0): string {
  return `${sequenceNumber}:${subSequence}`
}

/** @throws RangeError if the text is not a position. */
export function parsePosition(text: string): SequencePosition {
  const [, sequenceNumber, subSequence] = grammar.exec(text) ?? []
  if (sequenceNumber === undefined || subSequence === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not a position such as "4959…:0"`)
  }
  return { sequenceNumber, subSequence: Number(subSequence) }
}

/** Negative if `a` comes before `b` in their shard, positive if after, 0 if they are the same. */
export function comparePositions(a: SequencePosition, b: SequencePosition): number {
  const [left, right] = [BigInt(a.sequenceNumber), BigInt(b.sequenceNumber)]
  if (left === right) return a.subSequence - b.subSequence
  return left < right ? -1 : 1
}
