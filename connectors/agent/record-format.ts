import { isUtf8 } from 'node:buffer'
import { BadRecord } from './record-key.ts'

/**
 * The value of a record of JSON.
 *
 * @throws BadRecord
 */
export function jsonOf(data: Buffer): unknown {
  if (!isUtf8(data)) throw new BadRecord('it is not JSON: it is not UTF-8')
  try {
    return JSON.parse(data.toString('utf8'))
  } catch (cause) {
    throw new BadRecord('it is not JSON', { cause })
  }
}
