/**
 * How far something has come in a shard: a sequence number, and the place within it when the record is an aggregate
 * of several (0 for a plain record).
 *
 * As text it is `<sequenceNumber>:<subSequence>`, followed by `+` if more records with that sequence number follow. A
 * position without it is after all of them, so reading may go on after the sequence number. Sequence numbers have up
 * to 129 digits, and are compared only within one shard: those of sibling shards have no order.
 */
export interface SequencePosition {
  readonly sequenceNumber: string
  readonly subSequence: number
  /** Whether more records of the same aggregate follow. */
  readonly more: boolean
}

const grammar = /^(0|[1-9]\d{0,128}):(0|[1-9]\d{0,8})(\+?)$/

export function formatPosition({ sequenceNumber, subSequence, more }: SequencePosition): string {
  return `${sequenceNumber}:${subSequence}${more ? '+' : ''}`
}

/** @throws RangeError if the text is not a position. */
export function parsePosition(text: string): SequencePosition {
  const [, sequenceNumber, subSequence, more] = grammar.exec(text) ?? []
  if (sequenceNumber === undefined || subSequence === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not a position such as "4959…:0"`)
  }
  return { sequenceNumber, subSequence: Number(subSequence), more: more === '+' }
}

/** Whether a sequence number comes after another of the same shard. Numbers without leading zeros need no `bigint`. */
export function isAfter(sequenceNumber: string, other: string): boolean {
  const longer = sequenceNumber.length - other.length
  return longer === 0 ? sequenceNumber > other : longer > 0
}
