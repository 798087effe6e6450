import { hash } from 'node:crypto'
import { explicitHashKey, hashKeyOf } from './hash-key.ts'
import { WireReader } from './wire-reader.ts'

/*
 * What the Kinesis Producer Library packs into one record, in proto2:
 *
 *     F3 89 9A C2 | AggregatedRecord | MD5 of the AggregatedRecord (16 bytes)
 *
 *     message AggregatedRecord {
 *       repeated string partition_key_table     = 1;
 *       repeated string explicit_hash_key_table = 2;
 *       repeated Record records                 = 3;
 *     }
 *     message Record {
 *       required uint64 partition_key_index     = 1;
 *       optional uint64 explicit_hash_key_index = 2;
 *       required bytes  data                    = 3;
 *       repeated Tag    tags                    = 4;
 *     }
 *     message Tag { required string key = 1; optional string value = 2; }
 */
const magicBytes = 4
const checksumBytes = 16
const none = -1
/** More than any table can hold. */
const noIndex = 2 ** 31

/** Numbers that {@link AggregatedRecord} keeps of a user record: two indices, and where its data begins and ends. */
const perRecord = 4

/** Whether a record begins as an aggregated one does. Few others do; only {@link openAggregate} can tell. */
export function looksAggregated(data: Uint8Array): boolean {
  return (
    data[0] === 0xf3 &&
    data[1] === 0x89 &&
    data[2] === 0x9a &&
    data[3] === 0xc2 &&
    data.length > magicBytes + checksumBytes
  )
}

/**
 * Opens an aggregated record; `undefined` if the bytes are not one, down to the last of them: then they are a record of
 * their own that happens to begin alike.
 */
export function openAggregate(data: Uint8Array): AggregatedRecord | undefined {
  if (!looksAggregated(data)) return undefined
  const end = data.length - checksumBytes
  const checksum = hash('md5', data.subarray(magicBytes, end), 'buffer')
  if (checksum.compare(data, end) !== 0) return undefined
  const tables = new Tables()
  const reader = new WireReader(data, magicBytes, end)
  while (reader.more) readField(reader, tables)
  return reader.malformed || !tables.completeIn(data) ? undefined : new AggregatedRecord(data, tables)
}

/** The user records of an aggregated record, in their order. Their data are views of its bytes. */
export class AggregatedRecord {
  readonly #data: Uint8Array
  /** The same bytes, for the texts in them. */
  readonly #texts: Buffer
  readonly #tables: Tables
  readonly #partitionKeys: (string | undefined)[]

  constructor(data: Uint8Array, tables: Tables) {
    this.#data = data
    this.#texts = Buffer.from(data.buffer, data.byteOffset, data.length)
    this.#tables = tables
    this.#partitionKeys = new Array(tables.partitionKeys.length / 2)
  }

  get size(): number {
    return this.#tables.records.length / perRecord
  }

  data(index: number): Uint8Array {
    return this.#data.subarray(this.#tables.records[index * perRecord + 2], this.endOf(index))
  }

  /** Where in the aggregated record the data of a user record end. */
  endOf(index: number): number {
    return this.#tables.records[index * perRecord + 3]!
  }

  /** The value of a tag that stands right after the data of a user record; `undefined` if there is no such tag. */
  tag(index: number, key: string): string | undefined {
    const start = this.endOf(index)
    if (this.#data[start] !== recordTags) return undefined
    const reader = new WireReader(this.#data, start + 1, this.#data.length - checksumBytes)
    reader.enter()
    if (reader.tag() !== tagKey || this.#text(reader) !== key || reader.tag() !== tagValue) return undefined
    const value = this.#text(reader)
    return reader.malformed ? undefined : value
  }

  partitionKey(index: number): string {
    return this.#partitionKeyAt(this.#tables.records[index * perRecord]!)
  }

  /** Whether the hash keys of all user records pass a test. A key that several share is tested once. */
  everyHashKey(passes: (hashKey: string) => boolean): boolean {
    const { records, partitionKeys, explicitHashKeys } = this.#tables
    const passed = new Array<boolean>(partitionKeys.length / 2)
    const passedExplicit = new Array<boolean>(explicitHashKeys.length / 2)
    for (let at = 0; at < records.length; at += perRecord) {
      const key = records[at]!
      const explicit = records[at + 1]!
      if (explicit !== none) {
        passedExplicit[explicit] ??= passes(explicitHashKey(bytesOf(this.#data, explicitHashKeys, explicit))!)
        if (!passedExplicit[explicit]) return false
      } else {
        passed[key] ??= passes(hashKeyOf(this.#partitionKeyAt(key)))
        if (!passed[key]) return false
      }
    }
    return true
  }

  #text(reader: WireReader): string {
    const length = reader.length()
    const text = this.#texts.toString('utf8', reader.at, reader.at + length)
    reader.advance(length)
    return text
  }

  #partitionKeyAt(index: number): string {
    const known = this.#partitionKeys[index]
    if (known !== undefined) return known
    const bounds = this.#tables.partitionKeys
    const text = this.#texts.toString('utf8', bounds[2 * index], bounds[2 * index + 1])
    this.#partitionKeys[index] = text
    return text
  }
}

/** Where everything stands in an aggregated record: flat lists, as there may be more than a million user records. */
class Tables {
  /** Start and end of each. */
  readonly partitionKeys: number[] = []
  readonly explicitHashKeys: number[] = []
  readonly records: number[] = []

  /** Whether all indices lead to a key, and all explicit hash keys that are used are some. */
  completeIn(data: Uint8Array): boolean {
    const [partitionKeys, explicitHashKeys] = [
      this.partitionKeys.length / 2,
      this.explicitHashKeys.length / 2,
    ]
    const checked = new Array<boolean>(explicitHashKeys)
    for (let at = 0; at < this.records.length; at += perRecord) {
      const key = this.records[at]!
      const explicit = this.records[at + 1]!
      if (key >= partitionKeys || explicit >= explicitHashKeys) return false
      if (explicit === none || checked[explicit] === true) continue
      if (explicitHashKey(bytesOf(data, this.explicitHashKeys, explicit)) === undefined) return false
      checked[explicit] = true
    }
    return true
  }
}

const delimited = 2
const varint = 0
const tagOf = (field: number, type: number) => field * 8 + type
const partitionKeyTable = tagOf(1, delimited)
const explicitHashKeyTable = tagOf(2, delimited)
const records = tagOf(3, delimited)
const partitionKeyIndex = tagOf(1, varint)
const explicitHashKeyIndex = tagOf(2, varint)
const recordData = tagOf(3, delimited)
const recordTags = tagOf(4, delimited)
const tagKey = tagOf(1, delimited)
const tagValue = tagOf(2, delimited)

function readField(reader: WireReader, tables: Tables): void {
  const tag = reader.tag()
  if (tag === records) readRecord(reader, tables.records)
  else if (tag === partitionKeyTable) readKey(reader, tables.partitionKeys)
  else if (tag === explicitHashKeyTable) readKey(reader, tables.explicitHashKeys)
  else skipUnknown(reader, tag, 3)
}

function readKey(reader: WireReader, table: number[]): void {
  const length = reader.length()
  table.push(reader.at, reader.at + length)
  reader.advance(length)
}

function readRecord(reader: WireReader, into: number[]): void {
  let key = none
  let explicit = none
  let start = none
  let end = none
  const around = reader.enter()
  while (reader.more) {
    const tag = reader.tag()
    if (tag === partitionKeyIndex) key = readIndex(reader)
    else if (tag === explicitHashKeyIndex) explicit = readIndex(reader)
    else if (tag === recordData) {
      const length = reader.length()
      start = reader.at
      end = start + length
      reader.advance(length)
    } else if (tag === recordTags) readTag(reader)
    else skipUnknown(reader, tag, 4)
  }
  reader.leave(around)
  if (key === none || start === none) reader.fail()
  else into.push(key, explicit, start, end)
}

function readIndex(reader: WireReader): number {
  const index = reader.varint()
  if (index < noIndex) return index
  reader.fail()
  return none
}

/** Whatever they say, tags must be well formed. */
function readTag(reader: WireReader): void {
  let hasKey = false
  const around = reader.enter()
  while (reader.more) {
    const tag = reader.tag()
    if (tag === tagKey) hasKey = true
    if (tag === tagKey || tag === tagValue) reader.advance(reader.length())
    else skipUnknown(reader, tag, 2)
  }
  reader.leave(around)
  if (!hasKey) reader.fail()
}

/** Passes over a field of a later version of the format. One that is known, but of another type, is no field at all. */
function skipUnknown(reader: WireReader, tag: number, lastKnown: number): void {
  if (tag >>> 3 > lastKnown) reader.skip(tag)
  else reader.fail()
}

function bytesOf(data: Uint8Array, bounds: readonly number[], index: number): Uint8Array {
  return data.subarray(bounds[2 * index], bounds[2 * index + 1])
}
