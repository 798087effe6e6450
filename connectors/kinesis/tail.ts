import type { Clock, Random } from '../../src/contract/clock.ts'
import type { Log } from '../../src/contract/log.ts'
import type { Fetched, SplitEnumerator, SplitReader } from '../../src/contract/source.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { MillraceError } from '../../src/errors.ts'
import type { Connection } from './client.ts'
import { connect } from './connect.ts'
import type { StoredRecord } from './kinesis-api.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import { openEnumerator } from './open-kinesis.ts'
import { sdkKinesisApi } from './sdk-kinesis-api.ts'
import { formatPosition, isAfter, parsePosition, type SequencePosition } from './sequence-position.ts'
import { processPaces } from './shard-pace.ts'
import type { StartAt } from './starting-position.ts'

/** Options of {@link tail}. */
export interface TailOptions extends Connection {
  /** The name or the ARN of the stream. */
  readonly stream: string
  readonly startAt: StartAt
  /** Whether aggregated records are opened, as in `kinesisSource`. Default `'kpl'`. */
  readonly aggregation?: Aggregation
  /** Default: the clock of this machine. */
  readonly clock?: Clock
  /** For pauses between attempts. Default: the chance of this machine. */
  readonly random?: Random
  /** Ends the tailing. */
  readonly signal: AbortSignal
  /** Where throttles and lost connections are told. Default: nowhere. */
  readonly log?: Log
  /** Only these records. Ends with the last one of them, or once there is no more. */
  readonly range?: TailRange
  /** `false` ends when every shard has been caught up with once. Default `true`: go on for ever. */
  readonly follow?: boolean
}

/** Records of one shard, by positions such as `4959…:0`: a sequence number, and the place in an aggregated record. */
export interface TailRange {
  readonly shard: string
  /** Default: from the beginning of the shard. */
  readonly after?: string | undefined
  /** With this one. Default: to what is there now. */
  readonly through?: string | undefined
}

/** A record of some shard. */
export interface TailedRecord extends StoredRecord {
  readonly shard: string
}

/**
 * The records of all shards of a stream: in order within a shard, as they come across shards, children after their
 * parents. Keeps nothing; to read a stream reliably run a job. Throws what `kinesisSource` throws.
 */
export async function* tail(options: TailOptions): AsyncGenerator<TailedRecord, void, undefined> {
  const enumerator = await openUntilAborted(options)
  if (enumerator === undefined) return
  const tailing = new Tailing(enumerator, options)
  try {
    if (options.range !== undefined) return yield* within(options.range, enumerator, options.signal)
    while (!options.signal.aborted) {
      const turn = await tailing.next()
      if (turn === undefined) return
      yield* turn
    }
  } finally {
    await enumerator.close()
  }
}

/** @throws MillraceError `OPTION_INVALID` for positions that are none. */
async function* within(
  { shard, after, through }: TailRange,
  enumerator: SplitEnumerator<StoredRecord>,
  signal: AbortSignal,
): AsyncGenerator<TailedRecord, void, undefined> {
  const [from, to] = [after, through].map((text) => (text === undefined ? undefined : givenPosition(text)))
  await enumerator.discover()
  const position = from && { after: formatPosition(from) }
  const reader = enumerator.read({ id: shard, parents: [] }, position)
  for (let ended = false; !ended && !signal.aborted; ) {
    const { values, behindMs, finished } = await reader.fetch()
    for (const record of values) {
      if (to !== undefined && isBeyond(record, to)) return
      yield { shard, ...record }
    }
    ended = finished || behindMs === 0
  }
}

function givenPosition(text: string): SequencePosition {
  try {
    return parsePosition(text.includes(':') ? text : `${text}:0`)
  } catch (cause) {
    throw new MillraceError('OPTION_INVALID', `${text} is no position in a shard, such as 4959…:0`, { cause })
  }
}

function isBeyond({ sequenceNumber, subSequence = 0 }: StoredRecord, to: SequencePosition): boolean {
  if (sequenceNumber !== to.sequenceNumber) return isAfter(sequenceNumber, to.sequenceNumber)
  return subSequence > to.subSequence
}

async function openUntilAborted(options: TailOptions): Promise<SplitEnumerator<StoredRecord> | undefined> {
  try {
    return await open(options)
  } catch (error) {
    if (options.signal.aborted) return undefined
    throw error
  }
}

function open(options: TailOptions): Promise<SplitEnumerator<StoredRecord>> {
  const { clock = systemClock, random = systemRandom, signal, log = silent } = options
  const { client, loopback, place, close } = connect(options, options.stream, options.log)
  return openEnumerator(
    {
      api: sdkKinesisApi(client, options.stream, close),
      decode: (record) => record,
      aggregation: options.aggregation ?? 'kpl',
      context: { name: 'tail', clock, random, log, overrides: {}, signal, count: () => {} },
      place,
      paces: loopback ? undefined : processPaces,
      discoverEveryMs: 30_000,
    },
    options.startAt,
    undefined,
  )
}

const silent: Log = { info: () => {}, warn: () => {} }

interface Turn {
  readonly shard: string
  readonly reader: SplitReader<StoredRecord>
  readonly fetched: Fetched<StoredRecord>
}

class Tailing {
  readonly #enumerator: SplitEnumerator<StoredRecord>
  readonly #options: TailOptions
  readonly #fetches = new Map<string, Promise<Turn>>()
  #discoverAt = Number.NEGATIVE_INFINITY

  constructor(enumerator: SplitEnumerator<StoredRecord>, options: TailOptions) {
    this.#enumerator = enumerator
    this.#options = options
  }

  /** What the next shard to answer brought; `undefined` when there is nothing more to read. */
  async next(): Promise<TailedRecord[] | undefined> {
    await this.#discover()
    for (const split of this.#enumerator.takeReadable()) {
      this.#fetch(split.id, this.#enumerator.read(split, undefined))
    }
    if (this.#fetches.size === 0) return undefined
    const { shard, reader, fetched } = await Promise.race(this.#fetches.values())
    this.#fetches.delete(shard)
    const caughtUp = fetched.behindMs === 0 && this.#options.follow === false
    if (fetched.finished) this.#enumerator.finished(shard)
    else if (!caughtUp) this.#fetch(shard, reader)
    return fetched.values.map((record) => ({ shard, ...record }))
  }

  #fetch(shard: string, reader: SplitReader<StoredRecord>): void {
    const turn = reader.fetch().then((fetched) => ({ shard, reader, fetched }))
    // Seen by whoever awaits the next turn; it may be a while until then.
    turn.catch(() => {})
    this.#fetches.set(shard, turn)
  }

  async #discover(): Promise<void> {
    const now = (this.#options.clock ?? systemClock).now()
    if (now < this.#discoverAt) return
    await this.#enumerator.discover()
    this.#discoverAt = now + this.#enumerator.discoverEveryMs
  }
}
