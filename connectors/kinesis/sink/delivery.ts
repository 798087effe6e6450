import type { Clock, Random } from '../../../src/contract/clock.ts'
import { MillraceError } from '../../../src/errors.ts'
import { type Persistence, persist } from '../persist.ts'
import { composeCall, entryOf } from './compose-call.ts'
import { Delivered } from './delivered.ts'
import type { OpenShards } from './open-shards.ts'
import type { OutgoingRecord } from './outgoing-record.ts'
import type { Parcel, Queued, QueueRules, ShardQueue } from './shard-queue.ts'
import { ShardQueues } from './shard-queues.ts'
import type { PutAnswer, SinkApi } from './sink-api.ts'

type Refusal = Extract<PutAnswer, { refused: string }>
/** What of a queue a call did not take. */
type Refused = { readonly queued: readonly Queued[]; readonly why: Refusal }

const throttled = 'ProvisionedThroughputExceededException'

/** What a delivery is made of. */
export interface DeliveryParts {
  readonly api: Pick<SinkApi, 'put'>
  /** Lists the shards that are open now. */
  readonly listShards: () => Promise<OpenShards>
  readonly shards: OpenShards
  /** Whether records go to the shards of their hash keys; if not, shards cannot be foreseen. */
  readonly placedByHashKey: boolean
  readonly rules: QueueRules
  readonly clock: Clock
  readonly random: Random
  /** Ends everything. */
  readonly signal: AbortSignal
  readonly onRetry: Persistence['onRetry']
  readonly onArrived: (record: OutgoingRecord) => void
  /** So many records went where readers discard them, and are put again. */
  readonly onAstray: (records: number) => void
  /** An error of the catalogue for what a call rejected with. */
  readonly failure: (error: unknown) => MillraceError
}

/** So long a shard may refuse everything, or the service not answer, before the job restarts. */
export const patienceMs = 120_000
const callsUnderWay = 8
/** A listing may be behind by a moment. */
const betweenListingsMs = 1000

/** Brings records to the stream and keeps trying until they are there. Nothing is left out, nothing overtakes. */
export class Delivery {
  readonly #parts: DeliveryParts
  readonly #queues: ShardQueues
  readonly #outstanding = new Set<Delivered>()
  #underWay = 0
  /** Answers have named a shard that was not foreseen: the shards are listed again once no call is under way. */
  #stale = false
  #listedAt = Number.NEGATIVE_INFINITY
  #listing = false
  #astraySince: number | undefined
  /** Aggregated records that went elsewhere; the next listing tells whether they can be read there. */
  #astray: { readonly parcel: Parcel; readonly shard: string }[] = []
  #alarm: AbortController | undefined
  #failure: MillraceError | undefined

  constructor(parts: DeliveryParts) {
    this.#parts = parts
    this.#queues = new ShardQueues(parts.shards, parts.rules)
  }

  get shards(): OpenShards {
    return this.#queues.shards
  }

  get failure(): MillraceError | undefined {
    return this.#failure
  }

  /** Resolves when all have arrived. Rejects when the delivery has failed: then none of them is tried any more. */
  deliver(records: readonly OutgoingRecord[]): Promise<void> {
    const delivered = new Delivered(records.length)
    if (this.#failure !== undefined) delivered.fail(this.#failure)
    else {
      this.#outstanding.add(delivered)
      delivered.all.then(() => this.#outstanding.delete(delivered)).catch(() => {})
      for (const record of records) this.#queues.add({ record, delivered })
      this.#pump()
    }
    return delivered.all
  }

  /** Gives up what has not arrived. */
  end(reason: MillraceError): void {
    this.#failure ??= reason
    this.#alarm?.abort()
    for (const delivered of this.#outstanding) delivered.fail(this.#failure)
    this.#outstanding.clear()
  }

  /** Makes as many calls as can be made now, and comes back when another can. */
  #pump(): void {
    this.#alarm?.abort()
    this.#alarm = undefined
    if (this.#failure !== undefined || this.#listing) return
    const now = this.#parts.clock.now()
    if (this.#stale && now >= this.#listedAt + betweenListingsMs) {
      if (this.#underWay === 0) this.#list()
      return
    }
    // What is astray comes before what waits, so nothing else may go now.
    const held = this.#astray.length > 0
    while (!held && this.#underWay < callsUnderWay && this.#call(now));
    if (held) this.#wakeAfter(this.#listedAt + betweenListingsMs - now)
    else if (this.#underWay < callsUnderWay) this.#wakeAfter(this.#queues.waitMs(now))
  }

  #call(now: number): boolean {
    const parcels = composeCall(this.#queues.inTurn, now)
    if (parcels.length === 0) return false
    const served = new Set(parcels.map(({ queue }) => queue))
    for (const queue of served) queue.called()
    this.#queues.served(served)
    this.#underWay++
    this.#put(parcels)
      .catch((error) => this.end(this.#parts.failure(error)))
      .finally(() => {
        this.#underWay--
        for (const queue of served) queue.answered()
        this.#pump()
      })
    return true
  }

  async #put(parcels: readonly Parcel[]): Promise<void> {
    const { api, clock, random, signal, onRetry } = this.#parts
    const entries = parcels.map(entryOf)
    const how = { clock, random, signal, patienceMs, throttlePatienceMs: patienceMs, onRetry }
    const answers = await persist((ended) => api.put(entries, ended), how)
    this.#take(parcels, answers)
  }

  #take(parcels: readonly Parcel[], answers: readonly PutAnswer[]): void {
    const refused = new Map<ShardQueue, Refused>()
    for (const [index, parcel] of parcels.entries()) {
      const answer = answers[index]!
      if ('shard' in answer) this.#accept(parcel, answer.shard)
      else {
        const others = refused.get(parcel.queue)?.queued ?? []
        refused.set(parcel.queue, { queued: [...others, ...parcel.queued], why: answer })
      }
    }
    for (const [queue, together] of refused) this.#refuse(queue, together)
  }

  #accept(parcel: Parcel, shard: string): void {
    parcel.queue.accepted()
    const foreseen = !this.#parts.placedByHashKey || this.#isReadableIn(shard, parcel)
    if (!foreseen) this.#stale = true
    if (foreseen || parcel.queued.length === 1) this.#arrived(parcel.queued)
    else this.#astray.push({ parcel, shard })
  }

  #arrived(queued: readonly Queued[]): void {
    for (const { record, delivered } of queued) {
      this.#parts.onArrived(record)
      delivered.one()
    }
  }

  #refuse(queue: ShardQueue, { queued, why }: Refused): void {
    const { clock, random, onRetry } = this.#parts
    const now = clock.now()
    const pauseMs = queue.refused(queued, now, random)
    if (now - queue.refusedSince! >= patienceMs) throw keepsRefusing(queue, now, why)
    const kind = why.refused === throttled ? 'throttled' : 'unavailable'
    onRetry({ kind, reason: why.refused }, pauseMs)
  }

  #list(): void {
    this.#listing = true
    this.#parts
      .listShards()
      .then((shards) => this.#adopt(shards))
      .catch((error) => this.end(this.#parts.failure(error)))
      .finally(() => {
        this.#listing = false
        this.#pump()
      })
  }

  #adopt(shards: OpenShards): void {
    this.#stale = false
    this.#listedAt = this.#parts.clock.now()
    const waiting = this.#queues.adopt(shards)
    const astray = this.#astray
    this.#astray = []
    const again = astray.flatMap(({ parcel, shard }) => this.#settled(parcel, shard))
    for (const queued of [...again, ...waiting]) this.#queues.add(queued)
    this.#noteAstray(again.length)
  }

  /** Resharding puts records astray now and then. When it never ends, the listing must be wrong. */
  #noteAstray(records: number): void {
    const now = this.#parts.clock.now()
    this.#astraySince = records === 0 ? undefined : (this.#astraySince ?? now)
    if (records > 0) this.#parts.onAstray(records)
    if (this.#astraySince !== undefined && now - this.#astraySince >= patienceMs)
      throw new MillraceError('SINK_FAILED', 'records keep going to shards that the stream does not list')
  }

  /**
   * What must be put again of an aggregated record that is in another shard than foreseen: nothing if that shard has
   * all its hash keys, else everything, since readers discard it as a whole.
   */
  #settled(parcel: Parcel, shard: string): readonly Queued[] {
    if (!this.#isReadableIn(shard, parcel)) return parcel.queued
    this.#arrived(parcel.queued)
    return []
  }

  #isReadableIn(shard: string, { queued }: Parcel): boolean {
    return queued.every(({ record }) => this.shards.holds(shard, record.hashKey))
  }

  #wakeAfter(ms: number): void {
    if (ms === Number.POSITIVE_INFINITY) return
    const alarm = new AbortController()
    this.#alarm = alarm
    this.#parts.clock.sleep(Math.ceil(ms), alarm.signal).then(
      () => {
        if (!alarm.signal.aborted) this.#pump()
      },
      (error) => this.end(this.#parts.failure(error)),
    )
  }
}

function keepsRefusing({ shard, refusedSince }: ShardQueue, now: number, why: Refusal): MillraceError {
  const seconds = Math.round((now - refusedSince!) / 1000)
  const words = why.message === undefined ? why.refused : `${why.refused} (${why.message})`
  const happened = `the stream has refused the records of a shard for ${seconds} s: ${words}`
  return new MillraceError('SINK_FAILED', happened, { where: { shard } })
}
