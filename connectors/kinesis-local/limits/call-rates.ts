import { Allowance } from '../streams/allowance.ts'

/** Calls a second of the operations that the service paces by account. */
const byAccount: Readonly<Record<string, number>> = {
  AddTagsToStream: 5,
  CreateStream: 5,
  DeleteResourcePolicy: 5,
  DeleteStream: 5,
  DescribeAccountSettings: 5,
  DescribeLimits: 1,
  DescribeStream: 10,
  DescribeStreamSummary: 20,
  GetResourcePolicy: 5,
  ListStreams: 5,
  PutResourcePolicy: 5,
  UpdateAccountSettings: 5,
  UpdateShardCount: 10,
  UpdateStreamWarmThroughput: 5,
}

/** Calls a second of the operations that the service paces by stream. */
const byStream: Readonly<Record<string, number>> = {
  DecreaseStreamRetentionPeriod: 5,
  DeregisterStreamConsumer: 5,
  DescribeStreamConsumer: 20,
  DisableEnhancedMonitoring: 5,
  EnableEnhancedMonitoring: 5,
  IncreaseStreamRetentionPeriod: 5,
  ListShards: 1000,
  ListStreamConsumers: 5,
  ListTagsForStream: 5,
  MergeShards: 5,
  RegisterStreamConsumer: 5,
  RemoveTagsFromStream: 5,
  SplitShard: 5,
}

/** Names of streams come from outside: what nobody has called for a second is forgotten when there are this many. */
const mostKept = 1000

/** Counts the calls of the control operations, those that fail as well. */
export class CallRates {
  readonly #kept = new Map<string, { readonly allowance: Allowance; lastMs: number }>()

  mayCall(operation: string, stream = '', now: number): boolean {
    const perAccount = byAccount[operation]
    const perSecond = perAccount ?? byStream[operation]
    if (perSecond === undefined) return true
    const allowance = this.#allowance(
      perAccount === undefined ? `${operation} ${stream}` : operation,
      perSecond,
      now,
    )
    if (!allowance.grants(1, now)) return false
    allowance.take(1)
    return true
  }

  #allowance(key: string, perSecond: number, now: number): Allowance {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      known.lastMs = now
      return known.allowance
    }
    if (this.#kept.size >= mostKept) this.#forget(now)
    const allowance = new Allowance(perSecond)
    this.#kept.set(key, { allowance, lastMs: now })
    return allowance
  }

  /** An allowance that rested for a second is full again, like a new one. */
  #forget(now: number): void {
    for (const [key, { lastMs }] of this.#kept) if (Math.abs(now - lastMs) >= 1000) this.#kept.delete(key)
  }
}
