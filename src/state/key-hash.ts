import type { Key } from './key.ts'

/** A hash of 32 bits, each of which depends on all of the key. For tables, not for key groups. */
export function keyHash(key: Key): number {
  return mixed(typeof key === 'number' ? ofNumber(key) : ofText(String(key)))
}

function ofNumber(key: number): number {
  const high = Math.floor(key / 2 ** 32)
  return (key | 0) ^ Math.imul(high | 0, 0x9e3779b1) ^ (Number.isInteger(key) ? 0 : ofText(String(key)))
}

/** FNV-1a. */
function ofText(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return hash
}

/** The last step of MurmurHash3. */
function mixed(hash: number): number {
  let bits = hash
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}
