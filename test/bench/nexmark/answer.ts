import { createHash } from 'node:crypto'
import type { Change } from 'millrace'
import type { Query, Row } from './queries.ts'

/** A row that comes into an answer or leaves it. */
export interface Entry {
  readonly op: '+I' | '-U' | '+U' | '-D'
  readonly row: Row
}

/** What a result of a query does to the answer. */
export function entriesOf({ answer }: Pick<Query, 'answer'>, result: unknown): readonly Entry[] {
  if (answer !== 'changes') return [{ op: '+I', row: result as Row }]
  const change = result as Change<unknown, Row>
  if (change.op === 'insert') return [{ op: '+I', row: change.value }]
  if (change.op === 'delete') return [{ op: '-D', row: change.before }]
  return [
    { op: '-U', row: change.before },
    { op: '+U', row: change.value },
  ]
}

/**
 * What answers are compared by: how many rows there are, and the sum of their hashes, in eight lanes of 32 bits. It does
 * not depend on the order of rows, and a row that leaves is taken out of it.
 */
export class AnswerDigest {
  readonly #lanes = new Uint32Array(8)
  rows = 0

  add({ op, row }: Entry): void {
    const sign = op[0] === '+' ? 1 : -1
    const hash = createHash('sha256')
      .update(JSON.stringify(Object.values(row).map(String)))
      .digest()
    for (let lane = 0; lane < 8; lane += 1) {
      this.#lanes[lane] = this.#lanes[lane]! + sign * hash.readUInt32BE(4 * lane)
    }
    this.rows += sign
  }

  get digest(): string {
    return Array.from(this.#lanes, (lane) => lane.toString(16).padStart(8, '0')).join('')
  }
}
