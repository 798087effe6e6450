import { setImmediate as turn } from 'node:timers/promises'
import { expect } from 'vitest'
import type { EnumeratorSnapshot } from '../../../connectors/kinesis/enumerator-snapshot.ts'
import { firstHole } from '../../../connectors/kinesis/hash-range.ts'
import { kinesisSource, type OnDataLoss, type StartAt } from '../../../connectors/kinesis/index.ts'
import type { Clock } from '../../../src/contract/clock.ts'
import type { Json } from '../../../src/contract/json.ts'
import type { Gap, SplitEnumerator, SplitReader } from '../../../src/contract/source.ts'
import type { EmbeddedStream } from './embedded-stream.ts'

interface Checkpoint {
  readonly snapshot: Json | undefined
  readonly positions: ReadonlyMap<string, string>
  readonly read: readonly string[]
  /** Shards that were read to their end. */
  readonly finished: ReadonlySet<string>
}

const nothing: Checkpoint = { snapshot: undefined, positions: new Map(), read: [], finished: new Set() }
const shortestTimeoutMs = 30_000

/** Reads a stream with the real source as the engine does, a step at a time: to stop, restart and look in between. */
export class SmallEngine {
  readonly #stream: EmbeddedStream
  readonly #startAt: StartAt
  readonly #clock: Clock
  readonly #onDataLoss: OnDataLoss
  /** What it was told to go on without, by shard and record. */
  readonly gaps = new Map<string, Gap>()
  #source: SplitEnumerator<string> | undefined
  #readers = new Map<string, SplitReader<string>>()
  #state = nothing
  #checkpoint = nothing

  constructor(stream: EmbeddedStream, startAt: StartAt = 'trim-horizon', onDataLoss: OnDataLoss = 'fail') {
    this.#stream = stream
    this.#onDataLoss = onDataLoss
    this.#startAt = startAt
    // Pauses between polls end at once, time limits never.
    this.#clock = {
      now: () => stream.now,
      sleep: (ms) => (ms < shortestTimeoutMs ? turn() : new Promise(() => {})),
    }
  }

  get read(): readonly string[] {
    return this.#state.read
  }

  get reading(): readonly string[] {
    return [...this.#readers.keys()]
  }

  get finished(): ReadonlySet<string> {
    return this.#state.finished
  }

  /** What the last checkpoint has of the source. */
  get kept(): Json | undefined {
    return this.#checkpoint.snapshot
  }

  async discover(): Promise<void> {
    const source = await this.#opened()
    await source.discover()
    for (const split of source.takeReadable()) {
      expect(this.finished.has(split.id), `${split.id} a second time`).toBe(false)
      expect(this.#readers.has(split.id), `${split.id} a second time`).toBe(false)
      const unread = split.parents.filter((parent) => !this.finished.has(parent))
      expect(unread, `parents of ${split.id}`).toEqual([])
      const after = this.#state.positions.get(split.id)
      this.#readers.set(split.id, source.read(split, after === undefined ? undefined : { after }))
    }
    expectTiles(source.snapshot())
  }

  /** One fetch of one shard, and its end if that is it. `onEnd` comes between the last fetch and the end. */
  async fetch(shard: string, onEnd: () => void = () => {}): Promise<void> {
    const source = await this.#opened()
    const reader = this.#readers.get(shard)
    if (reader === undefined) return
    const fetched = await reader.fetch()
    const positions = new Map(this.#state.positions)
    if (fetched.position !== undefined) positions.set(shard, fetched.position.after)
    this.#state = { ...this.#state, positions, read: [...this.read, ...fetched.values] }
    if (!fetched.finished) return
    onEnd()
    source.finished(shard)
    this.#readers.delete(shard)
    this.#state = { ...this.#state, finished: new Set([...this.finished, shard]) }
  }

  /** Reads until every open shard has been caught up with: nothing has changed for so many rounds. */
  async drain(rounds = 2): Promise<void> {
    for (let quiet = 0; quiet < rounds; ) {
      await this.discover()
      const before = `${this.read.length} ${this.reading}`
      for (const shard of this.reading) await this.fetch(shard)
      quiet = `${this.read.length} ${this.reading}` === before ? quiet + 1 : 0
    }
  }

  checkpoint(): void {
    if (this.#source === undefined) return
    const snapshot = JSON.parse(JSON.stringify(this.#source.snapshot())) as Json
    this.#checkpoint = { ...this.#state, snapshot }
  }

  /** Back to the last checkpoint, as a process that was killed. */
  async crash(): Promise<void> {
    await this.#source?.close()
    this.#source = undefined
    this.#readers = new Map()
    this.#state = this.#checkpoint
  }

  async #opened(): Promise<SplitEnumerator<string>> {
    if (this.#source !== undefined) return this.#source
    const source = kinesisSource({
      stream: this.#stream.name,
      endpoint: this.#stream.kinesis.endpoint,
      startAt: this.#startAt,
      onDataLoss: this.#onDataLoss,
      decode: (data) => Buffer.from(data).toString(),
    })
    const context = {
      name: 'orders',
      clock: this.#clock,
      random: () => 0.5,
      log: { info: () => {}, warn: () => {} },
      overrides: {},
      signal: new AbortController().signal,
      count: () => {},
      positions: Object.fromEntries(this.#state.positions),
      onGap: (gap: Gap) => void this.gaps.set(`${gap.split} ${gap.after}`, gap),
    }
    this.#source = await source.open(context, this.#state.snapshot)
    return this.#source
  }
}

/** What is left to read covers every hash key. */
function expectTiles(snapshot: Json): void {
  const { lineage } = snapshot as unknown as EnumeratorSnapshot
  const unfinished = lineage!.shards.filter(({ id }) => !lineage!.finished.includes(id))
  expect(firstHole(unfinished.map(({ range }) => range))).toBeUndefined()
}
