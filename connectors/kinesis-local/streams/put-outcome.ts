import type { SequenceDigits } from './sequence-digits.ts'
import type { Shard } from './shard.ts'

/** Where a record went. */
export interface Stored {
  readonly shard: Shard
  readonly counter: number
  readonly seconds: number
}

/** Why a record was not taken. */
export interface Refused {
  readonly errorCode: 'ProvisionedThroughputExceededException' | 'InternalFailure'
  readonly errorMessage: string
}

/** What the service says when it could not store a record, whatever the reason. */
export const internalFailure: Refused = {
  errorCode: 'InternalFailure',
  errorMessage: 'Internal Service Failure.',
}

/** What became of the records of one put, in their order. */
export class PutOutcome {
  readonly answers: readonly (Stored | Refused)[]
  /** Whether the stream encrypts. */
  readonly encrypted: boolean
  readonly #numbers = new Map<Shard, SequenceDigits>()

  constructor(answers: readonly (Stored | Refused)[], encrypted: boolean) {
    this.answers = answers
    this.encrypted = encrypted
  }

  get failed(): number {
    return this.answers.reduce((sum, answer) => sum + ('errorCode' in answer ? 1 : 0), 0)
  }

  /** The sequence number of a record. */
  textOf({ shard, counter, seconds }: Stored): string {
    const numbers = this.numbersOf(shard)
    numbers.moveTo(counter, seconds)
    return Buffer.from(numbers.ascii).toString('latin1')
  }

  /** The digits of one shard; cheap as long as they only advance. */
  numbersOf(shard: Shard): SequenceDigits {
    const known = this.#numbers.get(shard)
    if (known !== undefined) return known
    const made = shard.sequenceDigits()
    this.#numbers.set(shard, made)
    return made
  }
}
