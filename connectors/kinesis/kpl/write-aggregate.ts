import { hash } from 'node:crypto'
import { type RecordId, tagFor } from './record-id.ts'
import { fieldSize, varintSize, WireWriter } from './wire-writer.ts'

/** A record to be put, alone or with others in an aggregated record. */
export interface UserRecord {
  readonly data: Uint8Array
  readonly partitionKey: string
  /** In decimal. */
  readonly explicitHashKey?: string | undefined
  /** Either all user records of an aggregated record have an id or none has. */
  readonly id?: RecordId | undefined
}

const magic = Uint8Array.of(0xf3, 0x89, 0x9a, 0xc2)
const checksumBytes = 16

/** Tags of fields: the number of the field times eight, and 2 for bytes that follow or 0 for a number. */
const tags = { partitionKey: 0x0a, explicitHashKey: 0x12, record: 0x1a }
const recordTags = { key: 0x08, explicit: 0x10, data: 0x1a, tag: 0x22 }
const tagTags = { key: 0x0a, value: 0x12 }

/** Tells what an aggregated record of some user records weighs before it is written; a byte or two more, never less. */
export class AggregateSize {
  readonly #partitionKeys = new Table()
  readonly #explicitHashKeys = new Table()
  #records = magic.length + checksumBytes
  #last: RecordId | undefined

  get sizeBytes(): number {
    return this.#records + this.#partitionKeys.sizeBytes + this.#explicitHashKeys.sizeBytes
  }

  /** What it would weigh with one more. */
  with(record: UserRecord): number {
    const { partitionKey, explicitHashKey } = record
    const explicit = explicitHashKey === undefined ? 0 : this.#explicitHashKeys.bytesFor(explicitHashKey)
    return this.sizeBytes + this.#partitionKeys.bytesFor(partitionKey) + explicit + this.#recordBytes(record)
  }

  add(record: UserRecord): void {
    this.#records += this.#recordBytes(record)
    this.#partitionKeys.indexOf(record.partitionKey)
    if (record.explicitHashKey !== undefined) this.#explicitHashKeys.indexOf(record.explicitHashKey)
    this.#last = record.id
  }

  #recordBytes(record: UserRecord): number {
    const explicit = record.explicitHashKey === undefined ? undefined : this.#explicitHashKeys.texts.length
    const tag = record.id && tagFor(record.id, this.#last)
    return fieldSize(sizeOf(record, this.#partitionKeys.texts.length, explicit, tag))
  }
}

interface Laid {
  readonly record: UserRecord
  readonly key: number
  readonly explicit: number | undefined
  readonly tag: { readonly key: string; readonly value: string } | undefined
  readonly size: number
}

/** Packs user records, in their order, into one aggregated record, byte for byte what any de-aggregator opens. */
export function writeAggregate(records: readonly UserRecord[]): Buffer {
  const partitionKeys = new Table()
  const explicitHashKeys = new Table()
  const laid: Laid[] = []
  for (const [index, record] of records.entries()) {
    const key = partitionKeys.indexOf(record.partitionKey)
    const explicit =
      record.explicitHashKey === undefined ? undefined : explicitHashKeys.indexOf(record.explicitHashKey)
    const tag = record.id && tagFor(record.id, records[index - 1]?.id)
    laid.push({ record, key, explicit, tag, size: sizeOf(record, key, explicit, tag) })
  }
  let size = magic.length + checksumBytes + partitionKeys.sizeBytes + explicitHashKeys.sizeBytes
  for (const one of laid) size += fieldSize(one.size)
  const writer = new WireWriter(size)
  writer.raw(magic)
  for (const text of partitionKeys.texts) writer.textField(tags.partitionKey, text)
  for (const text of explicitHashKeys.texts) writer.textField(tags.explicitHashKey, text)
  for (const one of laid) writeRecord(writer, one)
  writer.raw(hash('md5', writer.bytes.subarray(magic.length, writer.at), 'buffer'))
  return writer.bytes
}

function sizeOf(record: UserRecord, key: number, explicit: number | undefined, tag: Laid['tag']): number {
  const indices = 1 + varintSize(key) + (explicit === undefined ? 0 : 1 + varintSize(explicit))
  return indices + fieldSize(record.data.length) + (tag === undefined ? 0 : fieldSize(tagSize(tag)))
}

function tagSize(tag: NonNullable<Laid['tag']>): number {
  return fieldSize(tag.key.length) + fieldSize(tag.value.length)
}

function writeRecord(writer: WireWriter, { record, key, explicit, tag, size }: Laid): void {
  writer.open(tags.record, size)
  writer.varintField(recordTags.key, key)
  if (explicit !== undefined) writer.varintField(recordTags.explicit, explicit)
  writer.bytesField(recordTags.data, record.data)
  if (tag === undefined) return
  writer.open(recordTags.tag, tagSize(tag))
  writer.textField(tagTags.key, tag.key)
  writer.textField(tagTags.value, tag.value)
}

/** Each text once, in the order in which they came. */
class Table {
  readonly texts: string[] = []
  readonly #indices = new Map<string, number>()
  sizeBytes = 0

  /** What a text would add. */
  bytesFor(text: string): number {
    return this.#indices.has(text) ? 0 : fieldSize(Buffer.byteLength(text))
  }

  indexOf(text: string): number {
    const known = this.#indices.get(text)
    if (known !== undefined) return known
    this.#indices.set(text, this.texts.length)
    this.sizeBytes += fieldSize(Buffer.byteLength(text))
    return this.texts.push(text) - 1
  }
}
