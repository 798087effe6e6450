import type { VirtualTime } from '../virtual-time.ts'
import { aggregatedRecord, type UserRecord } from './aggregated-record.ts'
import type { Chance } from './chance.ts'
import { hashKeyOf, type SimulatedShard, type SimulatedStream } from './simulated-stream.ts'

/** So long a record waits for others. */
export const longestWaitMs = 100
const mostTogether = 7

interface Waiting extends UserRecord {
  readonly onPut: () => void
}

/**
 * Puts several records in one, as the Kinesis Producer Library does: those that belong to the same shard, as far as it
 * knows. When it sees that some belonged to another one, it looks at the shards anew and puts all of them again; readers
 * discard the first.
 */
export class AggregatingProducer {
  readonly #stream: SimulatedStream
  readonly #time: VirtualTime
  readonly #chance: Chance
  readonly #waiting = new Map<string, Waiting[]>()
  #shards: readonly SimulatedShard[]
  #together: number

  constructor(stream: SimulatedStream, time: VirtualTime, chance: Chance) {
    this.#stream = stream
    this.#time = time
    this.#chance = chance
    this.#shards = stream.openShards
    this.#together = chance.between(1, mostTogether)
  }

  put(record: Waiting): void {
    const { id } = this.#shards.find((shard) => holds(shard, record))!
    const waiting = this.#waiting.get(id) ?? []
    this.#waiting.set(id, [...waiting, record])
    if (waiting.length + 1 >= this.#together) this.#send(id)
    else if (waiting.length === 0)
      this.#time.after(this.#chance.between(1, longestWaitMs), () => this.#send(id))
  }

  #send(id: string): void {
    const records = this.#waiting.get(id)
    if (records === undefined) return
    this.#waiting.delete(id)
    this.#together = this.#chance.between(1, mostTogether)
    const [first] = records as [Waiting]
    const data = records.length === 1 ? first.data : aggregatedRecord(records)
    const shard = this.#stream.put(first.partitionKey, data)
    if (records.every((record) => holds(shard, record))) for (const { onPut } of records) onPut()
    else {
      this.#shards = this.#stream.openShards
      for (const record of records) this.put(record)
    }
  }
}

function holds({ start, end }: SimulatedShard, { partitionKey }: UserRecord): boolean {
  const hashKey = hashKeyOf(partitionKey)
  return start <= hashKey && hashKey <= end
}
