import { existsSync } from 'node:fs'
import { type Commitment, neverCommitted } from './commitment.ts'
import { readJson, writeJson } from './durable-json.ts'

/** What is set for all streams together. */
export class Account {
  readonly #file: string | undefined
  #commitment: Commitment

  /** @param file Where it is kept over restarts; without it, it is kept in memory. */
  constructor(file?: string) {
    this.#file = file
    this.#commitment = file !== undefined && existsSync(file) ? readCommitment(file) : neverCommitted
  }

  get commitment(): Commitment {
    return this.#commitment
  }

  /** First on disk, then for everyone. */
  commit(commitment: Commitment): void {
    if (this.#file !== undefined) writeJson(this.#file, { commitment })
    this.#commitment = commitment
  }
}

function readCommitment(file: string): Commitment {
  return readJson(file, 'the settings of the account', (value) => {
    const { startedMs, endMs } = (value as { commitment: Commitment }).commitment
    return { startedMs, endMs }
  })
}
