import { allHashKeys, type HashRange } from '../hash-range.ts'
import type { StoredRecord } from '../kinesis-api.ts'
import { type AggregatedRecord, looksAggregated, openAggregate } from './aggregated-record.ts'
import { inRange } from './hash-key.ts'

/** What is done with records that hold others: `'kpl'` opens those of the Kinesis Producer Library. */
export type Aggregation = 'kpl' | 'none'

/** The user records in a stored record; `'stray'` if it is to be discarded; `undefined` if it stands for itself. */
export type Opened = AggregatedRecord | 'stray' | undefined

/** What opening depends on. */
export interface OpeningFacts {
  readonly aggregation: Aggregation
  /** The hash keys of the shard that is read; `undefined` if records are not placed by hash key. */
  range(): HashRange | undefined
  /** An aggregated record that was begun: it is finished as it was begun, whatever else has changed. */
  readonly begun: string | undefined
  /** Called for an aggregated record that is discarded. */
  onStray(record: StoredRecord): void
}

/**
 * Opens aggregated records by the rule of Amazon's own consumer library: if the hash key of one user record lies
 * outside the shard, all of them are discarded. The producer saw that the shard was not the one it had meant, and has
 * sent them again.
 */
export function opening({
  aggregation,
  range,
  begun,
  onStray,
}: OpeningFacts): (record: StoredRecord) => Opened {
  const belongs = belonging(range)
  return (record) => {
    if (!looksAggregated(record.data)) return undefined
    const isBegun = record.sequenceNumber === begun
    if (aggregation === 'none' && !isBegun) return undefined
    const aggregate = openAggregate(record.data)
    if (aggregate === undefined || isBegun || belongs(aggregate)) return aggregate
    onStray(record)
    return 'stray'
  }
}

function belonging(range: () => HashRange | undefined): (aggregate: AggregatedRecord) => boolean {
  let known: HashRange | undefined
  let passes = (_hashKey: string) => true
  return (aggregate) => {
    const current = range()
    if (current === undefined || isWhole(current)) return true
    if (current !== known) {
      known = current
      passes = inRange(current)
    }
    return aggregate.everyHashKey(passes)
  }
}

/** In a stream of one shard no record can be astray. */
function isWhole({ start, end }: HashRange): boolean {
  return start === allHashKeys.start && end === allHashKeys.end
}
