import { type LocalKinesis, startLocalKinesis } from '../../connectors/kinesis-local/index.ts'
import { type RawShard, shardsOf, succeed } from '../connectors/kinesis-local/raw-call.ts'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import type { DrivenTime } from './driven-time.ts'

const startShards = 16
const fewestShards = 12
const mostShards = 20

/** A stream that is split and merged all the time. */
export class SoakedStream {
  readonly name = 'visits'
  readonly kinesis: LocalKinesis
  /** How many splits and merges the service has confirmed. */
  reshards = 0

  static async start(time: DrivenTime): Promise<SoakedStream> {
    const stream = new SoakedStream(await startLocalKinesis({ clock: time.serverClock }))
    await stream.#call('CreateStream', { ShardCount: startShards })
    return stream
  }

  private constructor(kinesis: LocalKinesis) {
    this.kinesis = kinesis
  }

  /** One split or merge. A fault may be in its way: then nobody knows whether it was done. */
  async reshard(chance: Chance): Promise<void> {
    const open = await this.open()
    const splits = open.length < fewestShards || (open.length < mostShards && chance.in(0.5))
    await (splits ? this.#split(chance.oneOf(open)) : this.#merge(open, chance.between(1, open.length - 1)))
    this.reshards += 1
  }

  /** In the order of their hash keys. */
  async open(): Promise<RawShard[]> {
    const all = await shardsOf(this.kinesis.endpoint, this.name, { ShardFilter: { Type: 'AT_LATEST' } })
    return all.toSorted((a, b) => (startOf(a) < startOf(b) ? -1 : 1))
  }

  #split({ ShardId, HashKeyRange }: RawShard): Promise<unknown> {
    const middle = (BigInt(HashKeyRange.StartingHashKey) + BigInt(HashKeyRange.EndingHashKey) + 1n) / 2n
    return this.#call('SplitShard', { ShardToSplit: ShardId, NewStartingHashKey: String(middle) })
  }

  #merge(open: readonly RawShard[], upper: number): Promise<unknown> {
    const [lower, higher] = [open[upper - 1]!, open[upper]!]
    return this.#call('MergeShards', { ShardToMerge: lower.ShardId, AdjacentShardToMerge: higher.ShardId })
  }

  #call(operation: string, more: object): Promise<unknown> {
    return succeed(this.kinesis.endpoint, operation, { StreamName: this.name, ...more })
  }
}

function startOf({ HashKeyRange }: RawShard): bigint {
  return BigInt(HashKeyRange.StartingHashKey)
}
