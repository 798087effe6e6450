import type { Random } from '../../../src/contract/clock.ts'
import { milliseconds } from '../../../src/units.ts'
import type { Disturbance } from '../operations/disturbance.ts'
import type { Structure } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { RoutedRecord } from '../streams/put-batch.ts'
import { internalFailure, type Refused } from '../streams/put-outcome.ts'
import type { Shard } from '../streams/shard.ts'
import { rateExceededMessage } from '../streams/throughput.ts'
import type { Fault, FaultOf, PutRefusal } from './fault.ts'
import type { FaultSchedule } from './fault-schedule.ts'

const usualShare = 0.5

/** The faults that strike inside calls. */
export class CallDisturbance implements Disturbance {
  readonly #schedule: () => FaultSchedule

  constructor(schedule: () => FaultSchedule) {
    this.#schedule = schedule
  }

  refused(
    { name: stream }: LocalStream,
    records: readonly RoutedRecord[],
  ): ReadonlyMap<RoutedRecord, Refused> | undefined {
    const refusable = (fault: Fault) => records.filter(({ shard }) => concerns(fault, shard))
    const occasion = { operation: 'PutRecords', stream }
    const strike = this.#schedule().next(['partial-put'], occasion, (fault) => refusable(fault).length > 0)
    if (strike === undefined) return undefined
    const { fault, random } = strike
    const chosen = someOf(refusable(fault), fault.share ?? usualShare, random)
    return new Map(chosen.map((record) => [record, refusal(fault, stream, record.shard, random)]))
  }

  listed(operation: string, { name: stream }: LocalStream, shards: readonly Shard[], now: number) {
    const isHidden = (fault: FaultOf<'delayed-shards'>, shard: Shard) =>
      concerns(fault, shard) &&
      shard.description.parents.length > 0 &&
      now - shard.description.createdMs < milliseconds(fault.delay)
    const strike = this.#schedule().next(['delayed-shards'], { operation, stream }, (fault) =>
      shards.some((shard) => isHidden(fault, shard)),
    )
    return strike === undefined ? shards : shards.filter((shard) => !isHidden(strike.fault, shard))
  }

  announced(
    operation: string,
    { name: stream }: LocalStream,
    shard: Shard,
    children: readonly Structure[],
  ): readonly Structure[] {
    const strike = this.#schedule().next(
      ['missing-children'],
      { operation, stream },
      (fault) => children.length > 0 && concerns(fault, shard),
    )
    return strike === undefined ? children : []
  }
}

function concerns(fault: Fault, { id }: Shard): boolean {
  return fault.shard === undefined || fault.shard === id
}

/** Each with the chance of `share`; at least one. */
function someOf(records: readonly RoutedRecord[], share: number, random: Random): readonly RoutedRecord[] {
  const chosen = records.filter(() => random() < share)
  return chosen.length > 0 ? chosen : [records[Math.floor(random() * records.length)] as RoutedRecord]
}

function refusal({ error }: FaultOf<'partial-put'>, stream: string, shard: Shard, random: Random): Refused {
  const drawn: PutRefusal = random() < 0.5 ? 'ProvisionedThroughputExceededException' : 'InternalFailure'
  const errorCode = error ?? drawn
  if (errorCode === 'InternalFailure') return internalFailure
  return { errorCode, errorMessage: rateExceededMessage(stream, shard.id) }
}
