import { createHash } from 'node:crypto'
import type { Random } from '../../src/contract/clock.ts'
import type { PartitionKey } from './agent-options.ts'

/** A record that cannot be sent as it is. */
export class BadRecord extends Error {
  override readonly name = 'BadRecord'
}

/** What a key may be made of. */
export interface KeyFacts {
  readonly data: Buffer
  /** The path of its file. */
  readonly file: string
  /** The record as JSON, if that is its format. */
  readonly value: unknown
}

const mostCharacters = 256

/**
 * The partition key of a record.
 *
 * @throws BadRecord if the field is not there, or is no key.
 */
export function keyOf({ data, file, value }: KeyFacts, key: PartitionKey, random: Random): string {
  if (key === 'random') return random().toString(36).slice(2).padEnd(1, '0')
  if (key === 'content') return md5(data)
  if (key === 'file') return [...file].length <= mostCharacters ? file : md5(file)
  return fieldOf(value, key.field)
}

function fieldOf(value: unknown, path: readonly string[]): string {
  const found = path.reduce<unknown>(memberOf, value)
  if (!['string', 'number', 'boolean'].includes(typeof found)) {
    throw new BadRecord(`it has no text or number in its field ${path.join('.')}`)
  }
  const key = String(found)
  if (key === '' || [...key].length > mostCharacters) {
    throw new BadRecord(`its field ${path.join('.')} does not have 1 to ${mostCharacters} characters`)
  }
  return key
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex')
}
