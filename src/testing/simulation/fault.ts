import { Chance } from './chance.ts'

/** What can go wrong in a simulation. */
export const faultKinds = [
  'crash',
  'crash in flight',
  'pause',
  'rival',
  'stop',
  'damaged checkpoint',
  'clock jump',
  'reshard',
  'outage',
  'refused',
  'answer lost',
  'slow',
  'sent twice',
  'throttle',
  'iterator expired',
  'empty answer',
  'no answer',
  'stale listing',
  'subscription dropped',
] as const

/**
 * What can go wrong in a simulation.
 *
 * - `crash`: the process dies at a call, which does not happen; `crash in flight`: the call happens, or what else is
 *   under way, and nobody hears of it.
 * - `pause`: the process stands still, another is started meanwhile, and then it goes on; `rival`: another is started
 *   while it runs. Both believe that they own the job.
 * - `damaged checkpoint`: the newest checkpoint turns out to be torn when the job is started again. Readers may have seen
 *   what it committed, so what they see meanwhile is not checked any more, only what they see in the end.
 * - `stop`: the process is told to stop; `clock jump`: its clock is set to another time.
 * - `reshard`: shards are split or merged; `outage`: a service refuses every call for a while.
 * - `refused`: a call fails; `answer lost`: it happens, but is answered with an error; `slow`: it takes long; `sent
 *   twice`: it happens, and a while later once more.
 * - `absence`: nobody runs the job for so long that records expire. Only where a `retention` is given, and then by default.
 * - Of Kinesis: `throttle`, `iterator expired`, `empty answer` though there are records, `no answer` at all, `stale
 *   listing` without the youngest shards, `subscription dropped`.
 */
export type FaultKind = (typeof faultKinds)[number] | 'absence'

/** One thing that goes wrong, at the first call from the `step`-th on that it can happen to. */
export interface Fault {
  readonly step: number
  readonly kind: FaultKind
  /** How long it lasts, for those that last. */
  readonly ms: number
  /** Decides what is left open, such as which shard is split. */
  readonly seed: number
}

/** A call of a process to something outside of it. */
export interface Call {
  readonly service: 'store' | 'kinesis' | 'sink'
  readonly operation: string
  readonly detail: string
  /** It changes something there. */
  readonly writes: boolean
}

const operationsOf: Readonly<Partial<Record<FaultKind, readonly string[]>>> = {
  throttle: ['GetRecords', 'ListShards', 'GetShardIterator', 'DescribeStreamSummary', 'SubscribeToShard'],
  'iterator expired': ['GetRecords'],
  'empty answer': ['GetRecords'],
  'no answer': ['GetRecords', 'ListShards', 'GetShardIterator', 'SubscribeToShard', 'event'],
  'stale listing': ['ListShards'],
  'subscription dropped': ['event'],
}

/** Whether a fault can happen to a call. */
export function canHappen(kind: FaultKind, { operation, writes }: Call): boolean {
  const operations = operationsOf[kind]
  if (operations !== undefined) return operations.includes(operation)
  return writes || (kind !== 'answer lost' && kind !== 'sent twice')
}

const mostFaults = 20
const longestMs = 40_000

/**
 * The faults of a seed: only some of the kinds, so that each kind is also seen without the others.
 *
 * @param stretch So many times as many steps they are spread over. Default 1.
 */
export function faultsOf(
  chance: Chance,
  kinds: readonly FaultKind[] = faultKinds,
  stretch = 1,
): readonly Fault[] {
  const share = chance.oneOf([0.2, 0.5, 0.9])
  if (kinds.length === 0) return []
  const chosen = kinds.filter(() => chance.in(share))
  const among = chosen.length > 0 ? chosen : [chance.oneOf(kinds)]
  const lastStep = stretch * chance.oneOf([60, 120, 200, 350])
  const faults = Array.from({ length: chance.between(1, mostFaults) }, () => ({
    step: chance.between(1, lastStep),
    kind: chance.oneOf(among),
    ms: chance.oneOf([chance.between(1, 200), chance.between(200, 3_000), chance.between(3_000, longestMs)]),
    seed: chance.between(0, 2 ** 31),
  }))
  return faults.sort((a, b) => a.step - b.step)
}

/** The faults that have not happened yet. */
export class FaultsToCome {
  readonly #faults: Fault[]

  constructor(faults: readonly Fault[]) {
    this.#faults = [...faults]
  }

  get length(): number {
    return this.#faults.length
  }

  /** The first one that is due and can happen to the call; it is then no longer to come. */
  take(step: number, call: Call): Fault | undefined {
    const place = this.#faults.findIndex((fault) => fault.step <= step && canHappen(fault.kind, call))
    const due = place >= 0 && this.#faults[place]!.step <= step
    return due ? this.#faults.splice(place, 1)[0] : undefined
  }

  clear(): void {
    this.#faults.length = 0
  }
}

/** A fault in words. */
export function faultText({ step, kind, ms }: Fault): string {
  return `${kind} from step ${step} on (${ms} ms)`
}

/** Chance that belongs to one fault alone. */
export function chanceOf({ seed }: Fault): Chance {
  return new Chance(seed)
}
