import type { Json } from '../../src/contract/json.ts'
import type { CommittedPosition } from '../../src/contract/position.ts'
import type { SourceContext, Split, SplitEnumerator, SplitReader } from '../../src/contract/source.ts'
import type { EnumeratorSnapshot, ReadUntil } from './enumerator-snapshot.ts'
import type { FanOutApi } from './fan-out/fan-out-api.ts'
import { FanOutReader } from './fan-out/fan-out-reader.ts'
import { FanOutReport } from './fan-out/fan-out-report.ts'
import { FanOutUse } from './fan-out/fan-out-use.ts'
import { firstLineage } from './first-shards.ts'
import type { HashRange } from './hash-range.ts'
import type { KinesisApi, ListedShard, StoredRecord, StreamFacts } from './kinesis-api.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import { type KnownShard, Lineage } from './lineage.ts'
import { listAllShards } from './list-all-shards.ts'
import { persist } from './persist.ts'
import { PollingReader } from './polling-reader.ts'
import type { Reading, ShardToRead } from './reading.ts'
import { RetryReport } from './retry-report.ts'
import { type StreamPlace, serviceError } from './service-error.ts'
import { ShardCursor } from './shard-cursor.ts'
import { type ShardPaces, unpaced } from './shard-pace.ts'
import { assertSameStream, firstIterator, lineageError } from './stream-facts.ts'

/** What the enumerator is made of. */
export interface EnumeratorParts<T> {
  readonly api: KinesisApi
  readonly decode: (record: StoredRecord) => T
  readonly aggregation: Aggregation
  /** So many records a fetch brings at most. Default: 10,000, as many as GetRecords brings. */
  readonly recordsPerFetch?: number
  readonly context: SourceContext
  readonly place: StreamPlace
  /** Shared by all readers of a shard in this process; `undefined` for no limit. */
  readonly paces: ShardPaces | undefined
  readonly discoverEveryMs: number
  /** From the checkpoint, or a first one. */
  readonly snapshot: EnumeratorSnapshot
  readonly facts: StreamFacts
  /** How shards are read other than by polling; `undefined` for polling alone. */
  readonly fanOut?: FanOutParts | undefined
}

/** What fan-out takes. */
export interface FanOutParts {
  readonly read: 'fan-out' | 'auto'
  readonly api: FanOutApi
  /** The name of the consumer to subscribe as. */
  readonly consumer: string
}

const patienceMs = 120_000
const recordsPerGetRecords = 10_000
/** A shard may show up a moment after its parent has ended. */
const looksForHole = 3
const betweenLooksMs = 1000

interface OpenShard<T> {
  readonly reader: SplitReader<T>
  readonly cursor: ShardCursor<T>
}

/** Knows the shards of a stream: lists them, keeps their lineage, hands out those that may be read. */
export class ShardEnumerator<T> implements SplitEnumerator<T> {
  readonly exhausted = false
  readonly discoverEveryMs: number
  readonly #parts: EnumeratorParts<T>
  readonly #report: RetryReport
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #handedOut = new Set<string>()
  readonly #reading: Reading<T>
  readonly #readers = new Map<string, OpenShard<T>>()
  readonly #fanOut: { readonly use: FanOutUse; readonly report: FanOutReport } | undefined
  #throttled = 0
  readonly #onceListed = new Set<string>()
  #lineage: Lineage | undefined
  #facts: StreamFacts

  constructor(parts: EnumeratorParts<T>) {
    this.#parts = parts
    this.discoverEveryMs = parts.discoverEveryMs
    this.#report = new RetryReport(parts.context)
    this.#signal = AbortSignal.any([parts.context.signal, this.#closing.signal])
    this.#facts = parts.facts
    const { api, decode, aggregation, recordsPerFetch = recordsPerGetRecords, place } = parts
    const context = { ...parts.context, count: this.#count }
    this.#reading = {
      ...{ api, decode, aggregation, recordsPerFetch, context, place },
      retentionMs: () => this.#facts.retentionMs,
      placedByHashKey: () => this.#facts.placedByHashKey,
    }
    this.#fanOut = parts.fanOut && this.#fanOutOf(parts.fanOut)
    const { lineage } = parts.snapshot
    if (lineage === null) return
    this.#lineage = Lineage.fromJson(lineage)
    for (const { id } of lineage.shards) this.#onceListed.add(id)
  }

  async discover(): Promise<void> {
    try {
      const facts = await this.#persist((signal) => this.#parts.api.describeStream(signal))
      assertSameStream(this.#parts.snapshot.stream, facts)
      this.#facts = facts
      await this.#discoverShards()
      await this.#fanOut?.use.look({ behindMs: this.#behindMs, throttled: this.#throttled })
    } catch (error) {
      if (this.#signal.aborted) return
      throw serviceError(error, this.#parts.place, { source: this.#parts.context.name })
    }
  }

  takeReadable(): readonly Split[] {
    const taken = (this.#lineage?.readable ?? []).filter(({ id }) => !this.#handedOut.has(id))
    for (const { id } of taken) this.#handedOut.add(id)
    return taken.map(({ id, parents }) => ({ id, parents }))
  }

  read(split: Split, position: CommittedPosition | undefined): SplitReader<T> {
    const shard = this.#known(split.id)
    const noted = this.#parts.snapshot.read[shard.id]
    this.#readers.get(shard.id)?.reader.close()
    const { paces, facts } = this.#parts
    const toRead: ShardToRead = {
      id: shard.id,
      range: shard.range,
      beginning: firstIterator(shard, this.#parts.snapshot.start),
      pace: paces?.of(facts.arn, shard.id) ?? unpaced,
      noted: noted?.after === (position?.after ?? null) ? noted : undefined,
      hasEnded: () => this.#lineage?.hasChildren(shard.id) ?? false,
      holeAfter: (children) => this.#holeAfter(shard.id, children),
    }
    const cursor = new ShardCursor(this.#reading, toRead, position)
    const reader =
      this.#fanOut === undefined
        ? new PollingReader(this.#reading, toRead, cursor)
        : new FanOutReader(this.#reading, toRead, cursor, this.#fanOut)
    this.#readers.set(shard.id, { reader, cursor })
    return reader
  }

  finished(splitId: string): readonly string[] {
    this.#lineage?.finish(splitId)
    this.#readers.get(splitId)?.reader.close()
    this.#readers.delete(splitId)
    return this.#lineage?.childrenOf(splitId) ?? []
  }

  snapshot(): Json {
    const read: Record<string, ReadUntil> = { ...this.#parts.snapshot.read }
    for (const [id, { cursor }] of this.#readers) if (cursor.progress) read[id] = cursor.progress
    const unfinished = new Set(this.#lineage?.unfinished.map(({ id }) => id))
    return {
      ...this.#parts.snapshot,
      lineage: this.#lineage?.toJson() ?? null,
      read: Object.fromEntries(Object.entries(read).filter(([id]) => unfinished.has(id))),
    } satisfies EnumeratorSnapshot
  }

  async close(): Promise<void> {
    this.#closing.abort()
    for (const { reader } of this.#readers.values()) reader.close()
    this.#readers.clear()
    this.#parts.api.close()
    this.#parts.fanOut?.api.close()
  }

  #fanOutOf({ read, api, consumer: name }: FanOutParts): { use: FanOutUse; report: FanOutReport } {
    const { facts, place, context } = this.#parts
    const use = new FanOutUse({ read, api, name, streamArn: facts.arn, place, context })
    return { use, report: new FanOutReport(context) }
  }

  readonly #count: SourceContext['count'] = (counter, split, by = 1) => {
    if (counter === 'throttled') this.#throttled += by
    this.#parts.context.count(counter, split, by)
  }

  get #behindMs(): number {
    return Math.max(0, ...[...this.#readers.values()].map(({ cursor }) => cursor.last?.behindMs ?? 0))
  }

  async #discoverShards(): Promise<void> {
    for (let look = 1; ; look++) {
      const listed = await this.#list('retained')
      // A first lineage is kept only when it is whole: the shards that a listing left out would never come in.
      const lineage = this.#lineage ?? (await this.#firstLineage(listed))
      lineage.learnAll(listed)
      const error = lineageError(lineage, listed, this.#onceListed, this.#parts.place.stream)
      if (error === undefined) return this.#note(lineage, listed)
      if (look === looksForHole) throw error
      await this.#parts.context.clock.sleep(betweenLooksMs, this.#signal)
      this.#signal.throwIfAborted()
    }
  }

  async #firstLineage(retained: readonly ListedShard[]): Promise<Lineage> {
    const { start } = this.#parts.snapshot
    const openAtStart = start.kind === 'timestamp' ? await this.#list({ openAt: start.ms }) : []
    return firstLineage(start, { retained, openAtStart })
  }

  /**
   * What no shard takes over that the service names, or else lists. Until all of them are known, a shard must not count
   * as read: they keep event time from running ahead.
   */
  async #holeAfter(id: string, children: readonly ListedShard[]): Promise<HashRange | undefined> {
    const lineage = this.#lineage!
    lineage.learnChildren(children)
    if (lineage.holeAfter(id) !== undefined) lineage.learnAll(await this.#list('retained'))
    return lineage.holeAfter(id)
  }

  #note(lineage: Lineage, listed: readonly ListedShard[]): void {
    this.#lineage = lineage
    const ids = new Set(listed.map(({ id }) => id))
    // What was never listed is not gone, but younger than the listing.
    const gone = new Set([...this.#onceListed].filter((id) => !ids.has(id)))
    for (const id of ids) this.#onceListed.add(id)
    for (const id of gone) this.#onceListed.delete(id)
    lineage.forget(gone)
  }

  #list(filter: Parameters<typeof listAllShards>[1]): Promise<ListedShard[]> {
    return listAllShards(this.#parts.api, filter, (call) => this.#persist(call))
  }

  #persist<R>(call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, random } = this.#parts.context
    return persist(call, { clock, random, signal: this.#signal, patienceMs, onRetry: this.#report.retried })
  }

  #known(id: string): KnownShard {
    const shard = this.#lineage?.get(id)
    if (shard === undefined) throw new RangeError(`${id} is not a shard that was handed out`)
    return shard
  }
}
