import { createHash } from 'node:crypto'
import type { DeliveryRecord } from '../../../src/contract/request-destination.ts'
import type { PlainRecord } from './record-bytes.ts'

/** Whose records they are: a sink of one history of a job. */
export interface Sender {
  readonly job: string
  readonly lineage: string
  readonly name: string
}

/**
 * Gives a record its id. Its bytes are in it, too: after a fall back to an older checkpoint another record may be in its
 * place, and a destination that knows ids again must not take it for this one.
 */
export function identified(sender: Sender, ordinal: number, record: PlainRecord): DeliveryRecord {
  const place = JSON.stringify([sender.job, sender.lineage, sender.name, ordinal, record.notes ?? null])
  const id = createHash('sha256').update(place).update('\0').update(record.data).digest('hex').slice(0, 32)
  return { id, ...record }
}

/** The id of a batch, in the form of a UUID of one's own making (RFC 9562, version 8). */
export function batchId(records: readonly DeliveryRecord[]): string {
  const hash = createHash('sha256')
  for (const { id } of records) hash.update(id)
  const hex = hash.digest('hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
