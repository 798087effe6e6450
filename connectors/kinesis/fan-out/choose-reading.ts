/** How a source may be told to read. */
export type Read = 'polling' | 'fan-out' | 'auto'

/** What `read: 'auto'` goes by. */
export interface ReadingFacts {
  readonly now: 'polling' | 'fan-out'
  /** The consumer of this source is registered, and not about to be removed. */
  readonly ownConsumer: boolean
  /** Consumers of others that are registered with the stream. */
  readonly otherConsumers: number
  /** Looks in a row between which polls were throttled. */
  readonly throttledLooks: number
  /** Looks in a row at which a shard was far behind, and no less so than before. */
  readonly lateLooks: number
}

/** How to read, and why, as part of a sentence. */
export interface ReadingChoice {
  readonly read: 'polling' | 'fan-out'
  readonly because: string
}

/** As many as a stream takes, unless the account has more than the standard. */
const mostConsumers = 20
/** One look may be an accident. */
const looks = 2

/**
 * Decides how to read. Fan-out costs for every shard and hour of its consumer, so it takes a reason; once the consumer is
 * there it is used, as it costs whether or not it is used.
 */
export function chooseReading(facts: ReadingFacts): ReadingChoice {
  const { now, ownConsumer, otherConsumers, throttledLooks, lateLooks } = facts
  if (ownConsumer) return { read: 'fan-out', because: 'its consumer is registered' }
  if (now === 'fan-out') return { read: 'polling', because: 'its consumer was removed' }
  if (otherConsumers >= mostConsumers) {
    return {
      read: 'polling',
      because: `${otherConsumers} other consumers are registered, and a stream takes no more`,
    }
  }
  if (throttledLooks >= looks)
    return { read: 'fan-out', because: 'other readers use up what shards grant to polling' }
  if (lateLooks >= looks) return { read: 'fan-out', because: 'a shard falls behind while it is polled' }
  return { read: 'polling', because: 'polls are not throttled and no shard falls behind' }
}
