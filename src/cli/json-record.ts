import type { Random } from '../contract/clock.ts'
import { MillraceError } from '../errors.ts'
import type { TextLine } from './text-lines.ts'

/** A record to put. */
export interface NewRecord {
  readonly data: Uint8Array
  readonly partitionKey: string
}

/** A field of a record, such as `['customer', 'id']` for `customer.id`. */
export type FieldPath = readonly string[]

/**
 * The record of a line of JSON: the line as it is, under the key that the field gives, or a random one.
 *
 * @throws MillraceError `INPUT_INVALID`, with the number of the line.
 */
export function jsonRecord(line: TextLine, key: FieldPath | undefined, random: Random): NewRecord {
  const text = line.text.trim()
  const value = parsed(text, line.number)
  const partitionKey = key === undefined ? randomKey(random) : keyOf(value, key, line.number)
  return { data: Buffer.from(text), partitionKey }
}

function parsed(text: string, line: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new MillraceError('INPUT_INVALID', `line ${line} is not JSON`, { cause })
  }
}

function keyOf(record: unknown, path: FieldPath, line: number): string {
  const value = path.reduce<unknown>(fieldOf, record)
  const name = path.join('.')
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  if (!known)
    throw new MillraceError('INPUT_INVALID', `line ${line} has no text or number in its field ${name}`)
  const key = String(value)
  if (key === '' || [...key].length > 256) {
    throw new MillraceError(
      'INPUT_INVALID',
      `line ${line} has a key in ${name} that is not 1 to 256 characters`,
    )
  }
  return key
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}

function randomKey(random: Random): string {
  return random().toString(36).slice(2).padEnd(1, '0')
}
