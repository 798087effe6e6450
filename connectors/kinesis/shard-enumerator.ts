import type { Json } from '../../src/contract/json.ts'
import type { CommittedPosition } from '../../src/contract/position.ts'
import type { Gap, SourceContext, Split, SplitEnumerator, SplitReader } from '../../src/contract/source.ts'
import type { OnDataLoss } from './data-loss.ts'
import type { EnumeratorSnapshot, ReadUntil } from './enumerator-snapshot.ts'
import { expiredUnread, goOnWithout } from './expired-shards.ts'
import type { FanOutApi } from './fan-out/fan-out-api.ts'
import { FanOutReader } from './fan-out/fan-out-reader.ts'
import { FanOutReport } from './fan-out/fan-out-report.ts'
import { FanOutUse } from './fan-out/fan-out-use.ts'
import { firstLineage } from './first-shards.ts'
import type { HashRange } from './hash-range.ts'
import type { KinesisApi, ListedShard, StreamFacts } from './kinesis-api.ts'
import type { Aggregation } from './kpl/aggregation.ts'
import { pauseAfterLook } from './late-listing.ts'
import { type KnownShard, Lineage } from './lineage.ts'
import { listAllShards } from './list-all-shards.ts'
import { Losses } from './losses.ts'
import { OnceListed } from './once-listed.ts'
import { persist } from './persist.ts'
import { PollingReader } from './polling-reader.ts'
import type { Reading, ShardToRead, Unread } from './reading.ts'
import { RetryReport } from './retry-report.ts'
import { SeenRecords } from './seen-records.ts'
import { parsePosition } from './sequence-position.ts'
import { sequenceTime } from './sequence-time.ts'
import { type StreamPlace, serviceError } from './service-error.ts'
import { ShardCursor } from './shard-cursor.ts'
import { ShardEnd } from './shard-end.ts'
import { type ShardPaces, unpaced } from './shard-pace.ts'
import { assertSameStream, firstIterator, missesNothingUntil, shardHole } from './stream-facts.ts'
import type { RecordDecoder } from './whole-record.ts'

/** What the enumerator is made of. */
export interface EnumeratorParts<T> {
  readonly api: KinesisApi
  readonly decode: RecordDecoder<T>
  /** See {@link Reading.keeps}. */
  readonly keeps?: Reading<T>['keeps']
  readonly aggregation: Aggregation
  /** Default `'fail'`. */
  readonly onDataLoss?: OnDataLoss
  /** Whether records that were handed over are known again, and left out. */
  readonly dropRepeats?: boolean
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

interface OpenShard<T> {
  readonly reader: SplitReader<T>
  readonly cursor: ShardCursor<T>
}

/** Knows the shards of a stream: lists them, keeps their lineage, hands out those that may be read. */
export class ShardEnumerator<T> implements SplitEnumerator<T> {
  readonly exhausted = false
  readonly discoverEveryMs: number
  readonly fetchWithinMs = 300_000
  readonly #parts: EnumeratorParts<T>
  readonly #report: RetryReport
  readonly #closing = new AbortController()
  readonly #signal: AbortSignal
  readonly #handedOut = new Set<string>()
  readonly #reading: Reading<T>
  readonly #readers = new Map<string, OpenShard<T>>()
  readonly #fanOut: { readonly use: FanOutUse; readonly report: FanOutReport } | undefined
  #throttled = 0
  readonly #onceListed: OnceListed
  readonly #losses: Losses
  /** The last listing. */
  #listed: ReadonlyMap<string, ListedShard> = new Map()
  readonly #seen: SeenRecords | undefined
  /** Until when nothing can have arrived in a shard, since a parent of it was not at its end. */
  readonly #emptyUntil = new Map<string, number>()
  #lineage: Lineage | undefined
  #facts: StreamFacts

  constructor(parts: EnumeratorParts<T>) {
    this.#parts = parts
    this.discoverEveryMs = parts.discoverEveryMs
    this.#report = new RetryReport(parts.context)
    this.#signal = AbortSignal.any([parts.context.signal, this.#closing.signal])
    this.#facts = parts.facts
    const { lineage, gaps, seen, unlisted } = parts.snapshot
    this.#losses = new Losses(parts.onDataLoss ?? 'fail', parts.place.stream, parts.context, gaps)
    this.#seen = parts.dropRepeats ? new SeenRecords(seen) : undefined
    const { api, decode, aggregation, recordsPerFetch = recordsPerGetRecords, place } = parts
    const context = { ...parts.context, count: this.#count }
    this.#reading = {
      ...{ api, decode, aggregation, recordsPerFetch, context, place, seen: this.#seen },
      ...(parts.keeps && { keeps: parts.keeps }),
      retentionMs: () => this.#facts.retentionMs,
      placedByHashKey: () => this.#facts.placedByHashKey,
    }
    this.#fanOut = parts.fanOut && this.#fanOutOf(parts.fanOut)
    this.#onceListed = new OnceListed(lineage, unlisted)
    if (lineage !== null) this.#lineage = Lineage.fromJson(lineage)
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
    const after = position?.after ?? null
    const noted = this.#parts.snapshot.read[shard.id]
    this.#readers.get(shard.id)?.reader.close()
    const { paces, facts } = this.#parts
    const toRead: ShardToRead = {
      id: shard.id,
      parents: shard.parents,
      range: shard.range,
      beginning: firstIterator(shard, this.#parts.snapshot.start),
      pace: paces?.of(facts.arn, shard.id) ?? unpaced,
      noted: noted?.after === after ? noted : undefined,
      readUntil: this.#readUntil(shard, after),
      lost: (unread) => this.#lose([gapIn(shard, unread, this.#now)]),
      expired: (unread) => this.#expired(shard, unread),
      hasEnded: () => this.#lineage?.hasChildren(shard.id) ?? false,
      holeAfter: (children) => this.#holeAfter(shard.id, children),
    }
    const cursor = new ShardCursor(this.#reading, toRead, position)
    const end = new ShardEnd(toRead, this.#reading.place.stream)
    const reader =
      this.#fanOut === undefined
        ? new PollingReader(this.#reading, toRead, cursor, end)
        : new FanOutReader(this.#reading, toRead, cursor, end, this.#fanOut)
    this.#readers.set(shard.id, { reader, cursor })
    return reader
  }

  finished(splitId: string): readonly string[] {
    this.#lineage?.finish(splitId)
    const children = this.#lineage?.childrenOf(splitId) ?? []
    const open = this.#readers.get(splitId)
    const openUntil = open?.cursor.openUntil
    if (openUntil !== undefined)
      for (const id of children) this.#emptyUntil.set(id, Math.max(openUntil, this.#emptyUntil.get(id) ?? 0))
    open?.reader.close()
    this.#readers.delete(splitId)
    return children
  }

  gone(splitId: string): boolean {
    return !this.#handedOut.has(splitId) && (this.#lineage?.isOver(splitId) ?? false)
  }

  snapshot(): Json {
    const read: Record<string, ReadUntil> = {}
    for (const [id, readUntil] of this.#emptyUntil) read[id] = { after: null, readUntil }
    Object.assign(read, this.#parts.snapshot.read)
    for (const [id, { cursor }] of this.#readers) if (cursor.progress) read[id] = cursor.progress
    const gaps = this.#losses.toJson()
    const unfinished = new Set(this.#lineage?.unfinished.map(({ id }) => id))
    const { seen: _seen, unlisted: _unlisted, ...snapshot } = this.#parts.snapshot
    const lineage = this.#lineage?.toJson() ?? null
    const unlisted = this.#onceListed.unlisted(lineage)
    return {
      ...snapshot,
      ...(this.#seen !== undefined && { seen: this.#seen.toJson() }),
      lineage,
      ...(unlisted && { unlisted }),
      read: Object.fromEntries(Object.entries(read).filter(([id]) => unfinished.has(id))),
      ...(gaps && { gaps }),
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
      this.#listed = new Map(listed.map((shard) => [shard.id, shard]))
      // A first lineage is kept only when it is whole: the shards that a listing left out would never come in.
      const lineage = this.#lineage ?? (await this.#firstLineage(listed))
      lineage.learnAll(listed)
      const expired = expiredUnread(lineage, listed, this.#onceListed)
      if (expired.length === 0 && lineage.hole === undefined) return this.#note(lineage, listed)
      const pauseMs = pauseAfterLook(look)
      if (pauseMs === undefined) return this.#goOnWithout(expired, lineage, listed)
      await this.#parts.context.clock.sleep(pauseMs, this.#signal)
      this.#signal.throwIfAborted()
    }
  }

  /** A shard that is being read finds out by itself: what was fetched of it comes before its children. */
  #goOnWithout(expired: readonly KnownShard[], lineage: Lineage, listed: readonly ListedShard[]): void {
    const unread = this.#losses.accepted ? expired.filter(({ id }) => !this.#readers.has(id)) : expired
    this.#lose(unread.map((shard) => this.#unreadOf(shard)))
    goOnWithout(lineage, unread, listed)
    if (lineage.hole !== undefined) throw shardHole(lineage.hole, this.#parts.place.stream)
    this.#note(lineage, listed)
  }

  async #expired(shard: KnownShard, unread: Unread): Promise<void> {
    this.#lose([gapIn(shard, unread, this.#now)])
    const lineage = this.#lineage!
    goOnWithout(lineage, [shard], await this.#list('retained'))
    if (lineage.hole !== undefined) throw shardHole(lineage.hole, this.#parts.place.stream)
  }

  /** @throws MillraceError `DATA_LOST`, unless the job is to go on. */
  #lose(gaps: readonly Gap[]): void {
    const looked = new Set(gaps.map(({ split }) => split))
    const { keeps } = this.#parts
    const others =
      this.#lineage?.unfinished.filter(({ id }) => !looked.has(id) && !keeps?.(id, undefined)) ?? []
    const alike = others.map((shard) => this.#unreadOf(shard))
    this.#losses.accept(
      gaps,
      alike.filter(({ from, until }) => from !== null && from < until),
    )
  }

  /** What may have expired of a shard that nobody has looked at since the last checkpoint. */
  #unreadOf(shard: KnownShard): Gap {
    const until = this.#now - this.#facts.retentionMs
    const { positions } = this.#parts.context
    const noted = this.#parts.snapshot.read[shard.id]
    const after = (positions === undefined ? noted?.after : positions[shard.id]) ?? null
    const restored = { after, readUntil: this.#readUntil(shard, after) }
    const read = this.#readers.get(shard.id)?.cursor.progress ?? restored
    return gapIn(shard, { after: read.after ?? undefined, from: read.readUntil, until }, this.#now)
  }

  /** Up to which arrival time a shard was read when a record was the last. More may have been fetched than emitted. */
  #readUntil(shard: KnownShard, after: string | null): number | undefined {
    const read = this.#readers.get(shard.id)?.cursor.progress ?? this.#parts.snapshot.read[shard.id]
    if (read !== undefined && read.after === after) return read.readUntil
    if (after !== null) return sequenceTime(parsePosition(after).sequenceNumber)
    const { snapshot } = this.#parts
    const wasKnown = snapshot.lineage?.shards.some(({ id }) => id === shard.id) ?? false
    const missed = missesNothingUntil(shard, snapshot, this.#listed.get(shard.id)?.createdAt, wasKnown)
    const empty = this.#emptyUntil.get(shard.id)
    return missed === undefined || empty === undefined ? (missed ?? empty) : Math.max(missed, empty)
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
    lineage.forget(this.#onceListed.note(ids), ids)
  }

  #list(filter: Parameters<typeof listAllShards>[1]): Promise<ListedShard[]> {
    return listAllShards(this.#parts.api, filter, (call) => this.#persist(call))
  }

  #persist<R>(call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, random } = this.#parts.context
    return persist(call, { clock, random, signal: this.#signal, patienceMs, onRetry: this.#report.retried })
  }

  get #now(): number {
    return this.#parts.context.clock.now()
  }

  #known(id: string): KnownShard {
    const shard = this.#lineage?.get(id)
    if (shard === undefined) throw new RangeError(`${id} is not a shard that was handed out`)
    return shard
  }
}

function gapIn({ id, range }: KnownShard, { after, from, until }: Unread, noticedAt: number): Gap {
  const { start, end } = range
  return { split: id, range: { start, end }, after: after ?? null, from: from ?? null, until, noticedAt }
}
