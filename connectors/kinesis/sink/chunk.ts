import { Encoder } from 'cbor-x'
import { MillraceError } from '../../../src/errors.ts'
import type { OpenShards } from './open-shards.ts'
import { type OutgoingRecord, outgoing } from './outgoing-record.ts'

/*
 * Records that came between two checkpoints, some megabytes of them, as CBOR without extensions (RFC 8949):
 *
 *     [producer, number, [[lane, first ordinal, [key, explicit hash key or null, data, …]], …]]
 *
 * Chunks of a producer are numbered from 0. The ids of records are fixed here, so whoever puts a chunk, and how often,
 * puts the same records.
 */
const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

type Lane = [lane: number, first: number, fields: (string | null | Uint8Array)[]]
type Layout = [producer: string, number: number, lanes: Lane[]]

/** Records that a checkpoint holds until they are put. */
export interface Chunk {
  readonly producer: string
  readonly number: number
  readonly bytes: Uint8Array
}

/** Gives records their ids and packs them: a lane for each open shard, so that a reader meets ordinals in their order. */
export class ChunkWriter {
  readonly #producer: string
  readonly #next = new Map<number, number>()
  #number = 0

  constructor(producer: string) {
    this.#producer = producer
  }

  write(records: readonly OutgoingRecord[], shards: OpenShards): Chunk {
    const lanes = new Map<number, Lane>()
    for (const record of records) {
      const lane = shards.placeOf(record.hashKey)
      const first = this.#next.get(lane) ?? 0
      const [, , fields] = lanes.get(lane) ?? open(lanes, [lane, first, []])
      fields.push(record.partitionKey, record.explicitHashKey ?? null, record.data)
    }
    for (const [lane, first, fields] of lanes.values())
      this.#next.set(lane, first + fields.length / fieldsOfRecord)
    const number = this.#number++
    const layout: Layout = [this.#producer, number, [...lanes.values()]]
    // A copy, since the encoder's own buffer holds more than the result.
    return { producer: this.#producer, number, bytes: new Uint8Array(cbor.encode(layout)) }
  }
}

const fieldsOfRecord = 3

function open(lanes: Map<number, Lane>, lane: Lane): Lane {
  lanes.set(lane[0], lane)
  return lane
}

/** A chunk as a checkpoint has it. */
export function chunkFrom(bytes: Uint8Array): Chunk {
  const { producer, number } = layoutOf(bytes)
  return { producer, number, bytes }
}

/** Its records with their ids, those of a lane in their order. Their data are views of its bytes. */
export function recordsOf(chunk: Chunk): OutgoingRecord[] {
  const { producer, lanes } = layoutOf(chunk.bytes)
  return lanes.flatMap(([lane, first, fields]) => {
    const records: OutgoingRecord[] = []
    for (let at = 0; at < fields.length; at += fieldsOfRecord) {
      const [partitionKey, explicit, data] = fields.slice(at, at + fieldsOfRecord) as [
        string,
        string | null,
        Uint8Array,
      ]
      const id = { producer, lane, ordinal: first + at / fieldsOfRecord }
      records.push(outgoing({ data, partitionKey, explicitHashKey: explicit ?? undefined, id }))
    }
    return records
  })
}

function layoutOf(bytes: Uint8Array): { producer: string; number: number; lanes: Lane[] } {
  try {
    const [producer, number, lanes]: Layout = cbor.decode(bytes)
    return { producer, number, lanes }
  } catch (cause) {
    throw new MillraceError('CHECKPOINT_CORRUPT', 'records that wait to be put cannot be read', { cause })
  }
}
