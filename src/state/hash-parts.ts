/** How many parts there are of what is large. */
export const hashParts = 256

const cellBits = 12
const partOfCell = Uint8Array.from(
  { length: 2 ** cellBits },
  (_, cell) => hashParts * Math.log2(1 + cell / 2 ** cellBits),
)

/** The part of a hash, by its first bits. The last part has twice as many hashes as the first, so that parts do not grow together. */
export function hashPart(hash: number): number {
  return partOfCell[hash >>> (32 - cellBits)]!
}
