import { hash } from 'node:crypto'
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
  const { data, timestamp, notes } = record
  const place = JSON.stringify([sender.job, sender.lineage, sender.name, ordinal, notes ?? null])
  const id = hash('sha256', Buffer.concat([Buffer.from(`${place}\0`), data]), 'hex').slice(0, 32)
  return { id, data, timestamp, notes }
}

/** The id of a batch, in the form of a UUID of one's own making (RFC 9562, version 8). */
export function batchId(records: readonly DeliveryRecord[]): string {
  const hex = hash('sha256', records.map(({ id }) => id).join(''), 'hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 3) | 8).toString(16)
  const groups = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
  ]
  return [...groups, hex.slice(20, 32)].join('-')
}
