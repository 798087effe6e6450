import { createHash } from 'node:crypto'

/** What an answer to a query is compared by: how many rows, and a digest that does not depend on their order. */
export interface RowDigest {
  readonly rows: number
  readonly digest: string
}

/** The digest of rows of integers and text: the sum of the hashes of all rows, in eight lanes of 32 bits. */
export function rowDigest(rows: readonly (readonly (string | number | null)[])[]): RowDigest {
  const lanes = new Uint32Array(8)
  for (const row of rows) {
    const cells = row.map((cell) => (cell === null ? null : String(cell)))
    const hash = createHash('sha256').update(JSON.stringify(cells)).digest()
    for (let lane = 0; lane < 8; lane += 1) lanes[lane] = lanes[lane]! + hash.readUInt32BE(4 * lane)
  }
  const digest = Array.from(lanes, (lane) => lane.toString(16).padStart(8, '0')).join('')
  return { rows: rows.length, digest }
}
