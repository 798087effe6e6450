import { type Codec, codecOf, type Decode } from '../contract/codec.ts'
import type { CommittedPosition } from '../contract/position.ts'
import type {
  Fetched,
  RefusedByCodec,
  Source,
  Split,
  SplitEnumerator,
  SplitReader,
} from '../contract/source.ts'

/** A record of a list: its value, and when it arrived. */
export interface ListRecord<T> {
  readonly value: T
  readonly arrivalTime: number
}

/** How the lists are read. */
export interface ListSourceOptions {
  /** How many records one fetch brings. Default 1, so that every record is a boundary. */
  readonly perFetch?: number
  /** Splits that others end in: the child begins once its parents are read. */
  readonly parents?: Readonly<Record<string, readonly string[]>>
  /** Called before each fetch, which waits for it; what it throws fails the fetch. */
  readonly onFetch?: () => void | Promise<void>
  /** Keeps the source open at its end, as a stream without end does. Default: it ends. */
  readonly endless?: boolean
}

/**
 * A source that reads lists, one for each split, for tests. It can be read again and ends after the last record.
 *
 * @example
 * listSource({ a: [{ value: 1, arrivalTime: 0 }] }).description.kind // 'list'
 */
export function listSource<T>(
  splits: Readonly<Record<string, readonly ListRecord<T>[]>>,
  options: ListSourceOptions = {},
): Source<T> {
  return encodedListSource(splits, { name: 'list', decode: (value) => value }, options)
}

/** As {@link listSource}, with records in bytes, for what a codec refuses. */
export function bytesSource<T>(
  splits: Readonly<Record<string, readonly ListRecord<Uint8Array>[]>>,
  decode: Decode<T>,
  options: ListSourceOptions = {},
): Source<T> {
  const codec: Codec<T> = codecOf(decode)
  return encodedListSource(splits, codec, options)
}

interface Decoder<E, T> {
  readonly name: string
  decode(encoded: E): T
}

function encodedListSource<E, T>(
  splits: Readonly<Record<string, readonly ListRecord<E>[]>>,
  decoder: Decoder<E, T>,
  options: ListSourceOptions,
): Source<T> {
  return {
    description: { kind: 'list', detail: `${Object.keys(splits).length} splits`, replayable: true },
    open: async (_context, restored) =>
      new ListEnumerator(splits, decoder, options, (restored ?? []) as string[]),
  }
}

class ListEnumerator<E, T> implements SplitEnumerator<T> {
  readonly discoverEveryMs = 60_000
  readonly #splits: Readonly<Record<string, readonly ListRecord<E>[]>>
  readonly #decoder: Decoder<E, T>
  readonly #options: ListSourceOptions
  readonly #done: Set<string>
  readonly #handedOut = new Set<string>()

  constructor(
    splits: Readonly<Record<string, readonly ListRecord<E>[]>>,
    decoder: Decoder<E, T>,
    options: ListSourceOptions,
    done: readonly string[],
  ) {
    this.#splits = splits
    this.#decoder = decoder
    this.#options = options
    this.#done = new Set(done)
  }

  async discover(): Promise<void> {}

  takeReadable(): readonly Split[] {
    const readable = Object.keys(this.#splits)
      .filter((id) => !this.#done.has(id) && !this.#handedOut.has(id))
      .map((id) => ({ id, parents: this.#options.parents?.[id] ?? [] }))
      .filter(({ parents }) => parents.every((parent) => this.#done.has(parent)))
    for (const { id } of readable) this.#handedOut.add(id)
    return readable
  }

  read(split: Split, position: CommittedPosition | undefined): SplitReader<T> {
    const { perFetch = 1, onFetch, endless = false } = this.#options
    const records = this.#splits[split.id]!
    let next = position === undefined ? 0 : Number(position.after) + 1
    return {
      fetch: async () => {
        await onFetch?.()
        const from = next
        next = Math.min(records.length, from + perFetch)
        if (endless && from === records.length && from > 0) await new Promise(() => {})
        return fetched(split.id, records, from, next, this.#decoder, !endless)
      },
      close: () => {},
    }
  }

  finished(splitId: string): readonly string[] {
    this.#done.add(splitId)
    const parents = Object.entries(this.#options.parents ?? {})
    return parents.filter(([, ids]) => ids.includes(splitId)).map(([id]) => id)
  }

  get exhausted(): boolean {
    return Object.keys(this.#splits).every((id) => this.#done.has(id))
  }

  snapshot() {
    return [...this.#done]
  }

  async close(): Promise<void> {}
}

function fetched<E, T>(
  split: string,
  records: readonly ListRecord<E>[],
  from: number,
  to: number,
  decoder: Decoder<E, T>,
  ends: boolean,
): Fetched<T> {
  const values: T[] = []
  const arrivalTimes: number[] = []
  const positions: number[] = []
  const undecodable: RefusedByCodec[] = []
  for (let index = from; index < to; index += 1) {
    const { value, arrivalTime } = records[index]!
    try {
      values.push(decoder.decode(value))
      arrivalTimes.push(arrivalTime)
      positions.push(index)
    } catch (error) {
      const data = value instanceof Uint8Array ? value : new Uint8Array()
      const reason = error instanceof Error ? error.message : String(error)
      const before = values.length
      undecodable.push({
        ...{ data, reason, arrivalTime, source: 'list', split, position: String(index), before },
        cause: error,
      })
    }
  }
  return {
    values,
    arrivalTimes,
    positionOf: (index) => String(positions[index]),
    undecodable,
    position: to === 0 ? undefined : { after: String(to - 1) },
    sizeBytes: to - from,
    behindMs: to === records.length ? 0 : 1,
    serverTime: records.at(-1)?.arrivalTime ?? 0,
    finished: ends && to === records.length,
  }
}
