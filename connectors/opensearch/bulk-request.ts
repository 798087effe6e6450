import type { DeliveryRecord } from '../../src/contract/request-destination.ts'
import { type IndexRotation, rotatedName } from './index-name.ts'

/** What the sink notes of a row beside its document. */
export type DocumentNotes = { readonly index?: string; readonly id?: string; readonly version?: number }

/** Where one document goes. */
export interface Target {
  readonly index: string
  readonly id: string
  readonly version: number | undefined
  /** Whether the id is one of the job, under which documents replace each other. */
  readonly named: boolean
}

/** The target of a record. */
export function targetOf(record: DeliveryRecord, index: string | undefined, rotate: IndexRotation): Target {
  const notes = (record.notes ?? {}) as DocumentNotes
  return {
    index: rotatedName(notes.index ?? index ?? '', rotate, record.timestamp),
    id: notes.id ?? record.id,
    version: notes.version,
    named: notes.id !== undefined,
  }
}

/** The body of a `_bulk` request: for each document a line that says where it goes, and a line that it is. */
export function bulkBody(records: readonly DeliveryRecord[], targets: readonly Target[]): Uint8Array {
  return Buffer.concat(
    records.flatMap(({ data }, index) => [Buffer.from(`${actionOf(targets[index]!)}\n`), data, newline]),
  )
}

const newline = Buffer.from('\n')

function actionOf({ index, id, version, named }: Target): string {
  const where = { _index: index, _id: id }
  if (!named) return JSON.stringify({ create: where })
  return JSON.stringify({
    index: version === undefined ? where : { ...where, version, version_type: 'external' },
  })
}
