import fc from 'fast-check'
import { diskState, job, MillraceError, memoryState, run, type StateBackend, type Stream } from 'millrace'
import { eventTime, sinkTo } from 'millrace/operators'
import { collectSink, type ListRecord, listSource, memoryStore } from 'millrace/testing'
import { impatientClock } from '../runtime/impatient-clock.ts'

/** How the same records may come: none of it may show in the results. */
export interface Manner {
  /** Over how many splits the records of a source are spread, and by which pattern. */
  readonly spread: readonly number[]
  readonly perFetch: number
  /** How late records come, in thousandths of the bound of disorder; used in turn. */
  readonly delays: readonly number[]
  /** The fetches, counted over all splits and restarts, that fail; the job then restarts at its last checkpoint. */
  readonly failures: readonly number[]
  /** Where state lies. */
  readonly state?: StateBackend
}

/** In order, in one split, in one batch, without a failure. */
export const straight: Manner = { spread: [0], perFetch: 1_000_000, delays: [0], failures: [] }

export const manners: fc.Arbitrary<Manner> = fc.record({
  spread: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 5 }),
  perFetch: fc.integer({ min: 1, max: 9 }),
  delays: fc.array(fc.nat({ max: 999 }), { minLength: 1, maxLength: 7 }),
  failures: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
  state: fc.constantFrom(memoryState(), memoryState(), diskState(), diskState({ usedKeys: 2 })),
})

/** What is tried: records by source, their event time, and how late they may come. */
export interface Trial<T> {
  readonly inputs: readonly (readonly T[])[]
  readonly timeOf: (value: T) => number
  readonly disorderMs: number
}

/** The rows that `build` makes of the inputs, in the order in which they were committed. */
export async function rowsOf<T, R>(
  { inputs, timeOf, disorderMs }: Trial<T>,
  manner: Manner,
  build: (...streams: Stream<T>[]) => Stream<R>,
): Promise<R[]> {
  const sink = collectSink<R>()
  let fetches = 0
  const onFetch = () => {
    fetches += 1
    if (manner.failures.includes(fetches)) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
  }
  const described = job(
    'anyhow',
    ({ from }) => {
      const streams = inputs.map((values, index) =>
        from(
          `in${index}`,
          listSource(splitsOf(values, manner, timeOf, disorderMs), { perFetch: manner.perFetch, onFetch }),
        ).pipe(eventTime(timeOf, { outOfOrder: `${disorderMs}ms`, maxDrift: '3650d' })),
      )
      return build(...streams).pipe(sinkTo('out', sink))
    },
    { checkpoint: { every: '1ms' }, state: manner.state ?? memoryState() },
  )
  await run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })
  return [...sink.rows]
}

/** Spreads values over splits. Each split's are in the order of their time plus a delay within the bound. */
function splitsOf<T>(
  values: readonly T[],
  { spread, delays }: Manner,
  timeOf: (value: T) => number,
  disorderMs: number,
): Record<string, ListRecord<T>[]> {
  const splits = new Map<string, { value: T; at: number }[]>([['s0', []]])
  for (const [index, value] of values.entries()) {
    const split = `s${spread[index % spread.length]!}`
    const at = timeOf(value) + (delays[index % delays.length]! * disorderMs) / 1000
    splits.set(split, [...(splits.get(split) ?? []), { value, at }])
  }
  return Object.fromEntries(
    [...splits].map(([split, records]) => [
      split,
      records.sort((a, b) => a.at - b.at).map(({ value, at }) => ({ value, arrivalTime: at })),
    ]),
  )
}
