import type { Chance } from './chance.ts'

/** A record of a simulated stream: what a source of the job is to read. */
export interface SimulatedInput<T = unknown> {
  /** What the source's codec would make of the bytes. Plain data: every read gives a copy. */
  readonly value?: T
  /** Instead of a value: why the codec refuses the record. */
  readonly undecodable?: string
  /** The partition key: records with the same one keep their order. Default: a key of its own for each record. */
  readonly key?: string
  /** When it is put, in milliseconds since the simulation began. Default: one record after the other, within 10 s. */
  readonly at?: number
}

/** When the stream has been put to for so long, everything is in it. */
const lastsMs = 10_000

/** A record with the time at which it is put. */
export interface InputAtTime {
  readonly at: number
  readonly key: string
  readonly index: number
}

/** When each record is put. */
export function putTimes(inputs: readonly SimulatedInput[], chance: Chance): readonly InputAtTime[] {
  const everyMs = lastsMs / Math.max(1, inputs.length)
  return inputs
    .map(({ at, key }, index) => ({
      at: at ?? Math.floor(index * everyMs),
      key: key ?? `key-${chance.between(0, 2 ** 31)}`,
      index,
    }))
    .sort((a, b) => a.at - b.at || a.index - b.index)
}

/** The bytes of a record: they stand for its place among the inputs. */
export function inputBytes(index: number): Uint8Array {
  return Buffer.from(`input ${index}`)
}

/** What a codec makes of {@link inputBytes}. */
export function inputDecoder(inputs: readonly SimulatedInput[]): (data: Uint8Array) => unknown {
  return (data) => {
    const index = Number(Buffer.from(data).toString().slice('input '.length))
    const { value, undecodable } = inputs[index]!
    if (undecodable !== undefined) throw new Error(undecodable)
    return structuredClone(value)
  }
}
