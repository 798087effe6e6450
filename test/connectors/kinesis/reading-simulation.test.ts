import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ShardEnumerator } from '../../../connectors/kinesis/shard-enumerator.ts'
import type { Json } from '../../../src/contract/json.ts'
import type { SplitReader } from '../../../src/contract/source.ts'
import { type FanOutFault, ScriptedFanOut } from './fan-out/scripted-fan-out.ts'
import { aggregated } from './kpl/encoder.ts'
import { ManualClock } from './manual-clock.ts'
import { networkFault, ScriptedKinesis, serviceFault } from './scripted-kinesis.ts'
import { observedContext, openScripted } from './scripted-source.ts'

const steps = [
  'put',
  'put',
  'aggregate',
  'fetch',
  'fetch',
  'fetch',
  'split',
  'merge',
  'discover',
  'checkpoint',
  'crash',
  'rest',
  'fault',
] as const
const step = fc.record({ what: fc.constantFrom(...steps), pick: fc.nat(1000) })

interface Read {
  readonly shard: string
  readonly value: string
}

/** An engine in small: reads, takes checkpoints, and falls back to the last one. */
class Run {
  readonly clock = new ManualClock()
  readonly api: ScriptedKinesis
  readonly put: Read[] = []
  read: Read[] = []
  #source: ShardEnumerator<string> | undefined
  #readers = new Map<string, SplitReader<string>>()
  #positions = new Map<string, string>()
  #checkpoint: { snapshot: Json | undefined; positions: Map<string, string>; read: Read[] } = {
    snapshot: undefined,
    positions: new Map(),
    read: [],
  }

  readonly #read: 'polling' | 'fan-out'
  readonly #fanOut: ScriptedFanOut

  constructor(shards: number, read: 'polling' | 'fan-out') {
    this.api = new ScriptedKinesis(this.clock, shards)
    this.api.pageSize = 2
    this.#read = read
    this.#fanOut = new ScriptedFanOut(this.api, this.clock)
  }

  async take(what: (typeof steps)[number], pick: number): Promise<void> {
    const open = [...this.api.shards.values()].filter(({ closedAt }) => closedAt === undefined)
    open.sort((a, b) => (BigInt(a.range.start) < BigInt(b.range.start) ? -1 : 1))
    const at = pick % open.length
    if (what === 'put') this.#putOne(open[at]!.id)
    else if (what === 'aggregate') this.#putAggregate(open[at]!, 1 + (pick % 8))
    else if (what === 'split') this.api.split(open[at]!.id)
    else if (what === 'merge') at > 0 && this.api.merge(open[at - 1]!.id, open[at]!.id)
    else if (what === 'fetch') await this.#fetch(pick)
    else if (what === 'discover') await this.#discover()
    else if (what === 'checkpoint') this.#takeCheckpoint()
    else if (what === 'crash') await this.#crash()
    else if (what === 'rest') this.clock.advance(pick * 1000)
    else if (this.#read === 'fan-out' && pick % 2 === 0) this.#fanOutFault(pick >> 1)
    else this.#fault(pick)
  }

  /** Reads until every open shard is caught up with. */
  async drain(): Promise<void> {
    for (let quiet = 0; quiet < 3; ) {
      await this.#discover()
      const before = `${this.read.length} ${[...this.#readers.keys()]}`
      for (let i = 0; i < 2 * this.#readers.size; i++) await this.#fetch(i)
      quiet = `${this.read.length} ${[...this.#readers.keys()]}` === before ? quiet + 1 : 0
    }
  }

  #putOne(shard: string): void {
    const value = `record ${this.put.length}`
    this.api.put(shard, value)
    this.put.push({ shard, value })
  }

  #putAggregate({ id, range }: { id: string; range: { start: string } }, size: number): void {
    const values = Array.from({ length: size }, (_, i) => `record ${this.put.length + i}`)
    const data = aggregated(
      values.map((value) => ({ partitionKey: 'a', explicitHashKey: range.start, data: Buffer.from(value) })),
    )
    this.api.putBytes(id, data, 'a')
    this.put.push(...values.map((value) => ({ shard: id, value })))
  }

  async #opened(): Promise<ShardEnumerator<string>> {
    if (this.#source !== undefined) return this.#source
    const { snapshot } = this.#checkpoint
    const fanOut = { read: 'fan-out' as const, api: this.#fanOut, consumer: 'reader' }
    const more = {
      recordsPerFetch: 3,
      ...(snapshot !== undefined && { restored: snapshot }),
      ...(this.#read === 'fan-out' && { fanOut }),
    }
    this.#source = await this.clock.until(
      openScripted(this.api, observedContext(this.clock), 'trim-horizon', more),
    )
    await this.clock.until(this.#source.discover())
    return this.#source
  }

  async #discover(): Promise<void> {
    const source = await this.#opened()
    await this.clock.until(source.discover())
    for (const split of source.takeReadable()) {
      const after = this.#positions.get(split.id)
      this.#readers.set(split.id, source.read(split, after === undefined ? undefined : { after }))
    }
  }

  async #fetch(pick: number): Promise<void> {
    const source = await this.#opened()
    const ids = [...this.#readers.keys()]
    const shard = ids[pick % ids.length]
    if (shard === undefined) return this.#discover()
    const fetched = await this.clock.until(this.#readers.get(shard)!.fetch())
    this.read.push(...fetched.values.map((value) => ({ shard, value })))
    if (fetched.position !== undefined) this.#positions.set(shard, fetched.position.after)
    if (!fetched.finished) return
    source.finished(shard)
    this.#readers.delete(shard)
    this.#positions.delete(shard)
  }

  #takeCheckpoint(): void {
    if (this.#source === undefined) return
    this.#checkpoint = {
      snapshot: JSON.parse(JSON.stringify(this.#source.snapshot())) as Json,
      positions: new Map(this.#positions),
      read: [...this.read],
    }
  }

  async #crash(): Promise<void> {
    await this.#source?.close()
    this.#source = undefined
    this.#readers = new Map()
    this.#positions = new Map(this.#checkpoint.positions)
    this.read = [...this.#checkpoint.read]
  }

  /** What befalls subscriptions, and the consumer. */
  #fanOutFault(pick: number): void {
    const broken = networkFault('ERR_HTTP2_STREAM_ERROR')
    const inUse = serviceFault('ResourceInUseException')
    const faults: readonly FanOutFault[] = [
      { at: 'event', error: broken },
      { at: 'event', error: 'silence' },
      { at: 'event', error: 'end' },
      { at: 'event', error: inUse },
      { at: 'event', error: serviceFault('InternalFailureException', 500) },
      { at: 'subscribe', error: broken },
      { at: 'subscribe', error: 'silence' },
      { at: 'subscribe', error: inUse },
      { at: 'subscribe', error: serviceFault('LimitExceededException') },
      { at: 'consumer', error: serviceFault('LimitExceededException') },
      { at: 'register', error: serviceFault('LimitExceededException') },
    ]
    if (pick % 12 === 11) this.#fanOut.registered.clear()
    else for (let times = 0; times <= pick % 3; times++) this.#fanOut.fail(faults[pick % 12]!)
  }

  #fault(pick: number): void {
    const faults = [
      serviceFault('ProvisionedThroughputExceededException'),
      serviceFault('ExpiredIteratorException'),
      serviceFault('InternalFailureException', 500),
      networkFault('ECONNRESET'),
    ]
    const operation = (['records', 'shardIterator', 'listShards', 'describeStream'] as const)[pick % 4]!
    const fault = faults[operation === 'records' ? (pick >> 2) % 4 : 0]!
    this.api.fail(operation, fault, 1 + (pick % 3))
  }
}

test.each(['polling', 'fan-out'] as const)(
  'by %s every record is read once and after those before it, whatever is split, merged, throttled, broken, expired and crashed',
  async (read) => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 80, size: 'max' }),
        async (shards, script) => {
          const run = new Run(shards, read)
          for (const { what, pick } of script) await run.take(what, pick)
          await run.drain()
          const order = new Map(run.read.map(({ value }, i) => [value, i]))
          expect(run.read.length).toBe(order.size)
          expect([...order.keys()].sort()).toEqual(run.put.map(({ value }) => value).sort())
          for (const [i, early] of run.put.entries()) {
            for (const late of run.put.slice(i + 1)) {
              const follows = early.shard === late.shard || descends(run.api, late.shard, early.shard)
              if (follows) expect(order.get(early.value)).toBeLessThan(order.get(late.value)!)
            }
          }
        },
      ),
      { numRuns: 300 },
    )
  },
  60_000,
)

function descends(api: ScriptedKinesis, shard: string, ancestor: string): boolean {
  const { parents } = api.shards.get(shard)!
  return parents.some((parent) => parent === ancestor || descends(api, parent, ancestor))
}
