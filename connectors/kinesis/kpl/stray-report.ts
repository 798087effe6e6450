import type { SourceContext } from '../../../src/contract/source.ts'
import type { StoredRecord } from '../kinesis-api.ts'

/** Counts the aggregated records of a shard that are discarded, and logs the first. */
export class StrayReport {
  readonly #context: SourceContext
  readonly #shard: string
  #logged = false

  constructor(context: SourceContext, shard: string) {
    this.#context = context
    this.#shard = shard
  }

  readonly discarded = ({ sequenceNumber }: StoredRecord): void => {
    this.#context.count('aggregatesDiscarded', this.#shard)
    if (this.#logged) return
    this.#logged = true
    this.#context.log.warn(
      'An aggregated record is discarded: some of its records belong to another shard, so its producer sent them again',
      { source: this.#context.name, shard: this.#shard, sequenceNumber },
    )
  }
}
