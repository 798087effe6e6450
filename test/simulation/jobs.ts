import { setImmediate as letOthersRun } from 'node:timers/promises'
// By their files, not by the name of the package: what is built does not have the defects that `mutations.ts` puts in.
import {
  aggregate,
  asyncMap,
  broadcast,
  connectBroadcast,
  count,
  eventTime,
  filter,
  intervalJoin,
  keyBy,
  listState,
  map,
  process,
  session,
  sinkTo,
  sum,
  tumbling,
  window,
} from '../../operators/index.ts'
import { type Duration, type Job, job } from '../../src/index.ts'
import {
  collectSink,
  type Ending,
  listSource,
  type SimulatedInput,
  type SimulationOptions,
} from '../../src/testing/index.ts'
import { longestWaitMs } from '../../src/testing/simulation/aggregating-producer.ts'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import { totalsOf } from './model.ts'

/** A record of the simulated jobs. */
export interface Visit {
  readonly id: string
  readonly key: string
  readonly time: number
  readonly amount: number
}

/** A job with what it reads. */
export interface Simulation {
  readonly job: Job
  readonly inputs: Readonly<Record<string, readonly SimulatedInput<Visit>[]>>
  readonly options?: Pick<SimulationOptions, 'aggregated' | 'retention' | 'onDataLoss' | 'expected'>
}

const outOfOrderMs = 300
/** Where a record may wait for others before it is put. */
const shorterMs = outOfOrderMs - longestWaitMs
const outOfOrder = `${outOfOrderMs}ms` as const
const none = () => listSource<Visit>({})
const time = (visit: Visit) => visit.time

/** Windows, a plain copy of every record, and an output for what cannot be decoded. */
function windows(chance: Chance, byArrival = chance.in(0.3), idleAfter: Duration = '1m'): Job {
  const maxDrift = chance.oneOf(['100ms', '1s', '1d'] as const)
  return job('windows', ({ from }) => {
    const visits = from('visits', none(), {
      undecodable: (records) =>
        records.pipe(
          map(({ reason }) => reason),
          sinkTo('refused', collectSink()),
        ),
    })
    const timed = byArrival ? visits : visits.pipe(eventTime(time, { outOfOrder, maxDrift, idleAfter }))
    return [
      timed.pipe(
        keyBy(({ key }) => key),
        window(tumbling('1s')),
        aggregate('totals', { n: count(), amount: sum(({ amount }) => amount) }),
        map(({ key, window: { start }, n, amount }) => ({ start, key, n, amount })),
        sinkTo('rows', collectSink()),
      ),
      visits.pipe(
        map(({ id }) => id),
        sinkTo('copies', collectSink()),
      ),
    ]
  })
}

/** Keyed state with timers, and sessions. */
function states(): Job {
  return job('states', ({ from }) => {
    const visits = from('visits', none()).pipe(
      eventTime(time, { outOfOrder }),
      keyBy(({ key }) => key),
    )
    return [
      visits.pipe(
        process('running', {
          state: { waiting: listState<Visit>(), past: listState<number>() },
          onRecord: (visit, { state, timers }) => {
            state.waiting.add(visit)
            timers.set(visit.time)
          },
          *onTimer(now, { key, state }) {
            for (const visit of state.waiting) if (visit.time <= now) state.past.add(visit.amount)
            const left = [...state.waiting].filter((visit) => visit.time > now)
            state.waiting.clear()
            for (const visit of left) state.waiting.add(visit)
            yield { key, now, sum: [...state.past].reduce((total, amount) => total + amount, 0) }
          },
        }),
        sinkTo('running-totals', collectSink()),
      ),
      visits.pipe(
        window(session('700ms')),
        aggregate('sessions', { n: count() }),
        map(({ key, window: { start, end }, n }) => ({ start, end, key, n })),
        sinkTo('sessions-of-keys', collectSink()),
      ),
    ]
  })
}

/** Two streams joined, a table that all records look into, and calls that are in flight. */
function joins(): Job {
  return job('joins', ({ from }) => {
    const visits = from('visits', none()).pipe(eventTime(time, { outOfOrder }))
    const others = from('others', none()).pipe(eventTime(time, { outOfOrder }))
    const rates = others.pipe(
      filter(({ amount }) => amount > 5),
      broadcast(({ key }: Visit) => key),
    )
    return [
      visits.pipe(
        keyBy(({ key }) => key),
        intervalJoin(
          'pairs',
          others.pipe(keyBy(({ key }) => key)),
          { from: '-400ms', to: '400ms' },
          (left, right) => `${left.id} ${right.id}`,
        ),
        sinkTo('joined', collectSink()),
      ),
      visits.pipe(
        connectBroadcast('rated', rates, {}, ({ id, key }, table) => [
          { id, rate: table.get(key)?.amount ?? 0 },
        ]),
        asyncMap(answered, { concurrency: 4 }),
        sinkTo('answers', collectSink()),
      ),
    ]
  })
}

/** The answer comes a while later. */
async function answered<T extends { readonly id: string }>(row: T): Promise<T> {
  for (let turns = (Number(row.id.slice(1)) % 4) * 15; turns > 0; turns -= 1) await letOthersRun()
  return row
}

/** How many different inputs there are: what has to come out of each is computed once. */
export const variants = 24

const jobs: readonly ((chance: Chance) => Job)[] = [windows, states, joins]

/** The job of a variant, with records of its own. */
export function simulationOf(variant: number, chance: Chance): Simulation {
  const described = jobs[variant % jobs.length]!(chance)
  const bad = described.name === 'windows'
  const inputs: Record<string, readonly SimulatedInput<Visit>[]> = { visits: records('v', chance, bad) }
  if (described.name === 'joins') inputs['others'] = records('o', chance, false)
  return { job: described, inputs }
}

/** How many variants there are of other streams: with records that hold several, and with records that expire. */
export const otherVariants = 8

/** Jobs over records that hold several, and over records that expire before they are read. */
export function otherSimulationOf(variant: number, chance: Chance): Simulation {
  if (variant % 2 === 0) {
    const described = [windows(chance, false), states(), joins()][(variant / 2) % jobs.length]!
    const pace = chance.oneOf<Pace>([
      { everyMs: 8, together: 1 },
      { everyMs: 25, together: 1 },
      { everyMs: 100, together: 6 },
    ])
    const inputs = { visits: records('v', chance, described.name === 'windows', shorterMs, pace) }
    const others = described.name === 'joins' && { others: records('o', chance, false, shorterMs, pace) }
    return { job: described, inputs: { ...inputs, ...others }, options: { aggregated: true } }
  }
  const aggregated = variant >= otherVariants / 2
  const pace = { everyMs: chance.oneOf([1_000, 2_500]), together: aggregated ? 5 : 1 }
  const visits = records('v', chance, true, shorterMs, pace)
  const [retention, onDataLoss] = ['2m', variant % 4 === 1 ? 'fail' : 'continue'] as const
  const expected = onDataLoss === 'continue' && { expected: (ending: Ending) => allButMissed(visits, ending) }
  return {
    job: windows(chance, false, '1h'),
    inputs: { visits },
    options: { retention, onDataLoss, aggregated, ...expected },
  }
}

/** What must be shown of records of which some expired: totals of what was read, and nothing else may be missing. */
function allButMissed(
  visits: readonly SimulatedInput<Visit>[],
  { rows, missable }: Ending,
): Record<string, readonly unknown[]> {
  const shown = new Set([...(rows['copies'] ?? []), ...(rows['refused'] ?? [])])
  const read = visits.filter(
    ({ value, undecodable }, place) =>
      !missable['visits']!.has(place) || shown.has(value === undefined ? undecodable : value.id),
  )
  const values = read.flatMap(({ value }) => value ?? [])
  return {
    rows: totalsOf(values, time, 1_000),
    copies: values.map(({ id }) => id),
    refused: read.flatMap(({ undecodable }) => undecodable ?? []),
  }
}

/** How fast records come: so many at the same time, and on average one in so many milliseconds. */
interface Pace {
  readonly everyMs: number
  readonly together: number
}

function records(
  prefix: string,
  chance: Chance,
  bad: boolean,
  beforeMs = outOfOrderMs,
  { everyMs, together }: Pace = { everyMs: chance.oneOf([40, 120]), together: 1 },
): SimulatedInput<Visit>[] {
  const keys = chance.between(1, 6)
  return Array.from({ length: chance.between(20, 60) }, (_, index) => {
    const at = (index - (index % together)) * everyMs
    const key = `k${chance.between(1, keys)}`
    if (bad && chance.in(0.05)) return { at, key, undecodable: `bad ${index}` }
    const visit = {
      id: `${prefix}${index}`,
      key,
      time: at - chance.between(0, beforeMs),
      amount: chance.between(1, 9),
    }
    return { at, key, value: visit }
  })
}
