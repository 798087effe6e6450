import { type Job, job, run } from 'millrace'
import {
  aggregate,
  count,
  defineAggregate,
  keyBy,
  map,
  reduce,
  sinkTo,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { FailedRecord } from '../../../src/contract/failed-record.ts'
import { failureOf } from '../../runtime/failed.ts'
import { impatientClock } from '../../runtime/impatient-clock.ts'

const records = (values: readonly number[]) =>
  listSource({ s: values.map((value) => ({ value, arrivalTime: 0 })) }, { perFetch: 1 })

/** Counts records that are more than 0; of others it makes what it must not. */
const spoilt = (make: () => unknown) =>
  defineAggregate<number, number, number>({
    kind: 'spoilt',
    create: () => 0,
    add: (counted, n) => (n > 0 ? counted + 1 : (make() as number)),
    merge: (a, b) => a + b,
    result: (counted) => counted,
  })

function counting(values: readonly number[], make: () => unknown, onError: 'fail' | 'skip' | 'keep') {
  const out = collectSink<unknown>()
  const dead = collectSink<FailedRecord>()
  const described: Job = job(
    'counting',
    ({ from }) =>
      from('numbers', records(values)).pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        aggregate('counts', { n: spoilt(make), all: count() }),
        map(({ n, all }) => ({ n, all })),
        sinkTo('out', out),
      ),
    {
      checkpoint: { every: '1ms' },
      onError: onError === 'keep' ? (failed) => failed.pipe(sinkTo('dead', dead)) : onError,
    },
  )
  const running = run(described, { checkpoints: memoryStore(), clock: impatientClock() })
  return { running, out, dead }
}

describe('an accumulator that a function of the job makes', () => {
  class Total {}
  const kinds = [
    ['undefined', () => undefined],
    ['NaN', () => Number.NaN],
    ['a promise', () => Promise.resolve(1)],
    ['a function', () => () => 1],
    ['a symbol', () => Symbol('s')],
    ['an object of the class Total', () => new Total()],
  ] as const

  it.each(kinds)('may not be %s', async (kind, make) => {
    const failure = await failureOf(counting([1, 0, 1], make, 'fail').running)
    expect(failure.code).toBe('OPERATOR_FAILED')
    expect(failure.happened).toBe(
      `the aggregate spoilt made ${kind} of its accumulator, which no checkpoint could keep`,
    )
    expect(failure.where).toEqual({
      job: 'counting',
      operator: 'counts',
      source: 'numbers',
      shard: 's',
      sequenceNumber: '1',
    })
  })

  it.each(kinds)('is as it was before a record that it was %s for', async (_kind, make) => {
    const fine = counting([1, 1], make, 'fail')
    await fine.running
    const skipping = counting([1, 0, 1, 0], make, 'skip')
    const { metrics } = await skipping.running
    expect(metrics.counters).toMatchObject({ 'counts.failed': 2 })
    expect(skipping.out.rows).toEqual(fine.out.rows)
    const keeping = counting([1, 0, 1, 0], make, 'keep')
    await keeping.running
    expect(keeping.out.rows).toEqual(fine.out.rows)
    expect(keeping.dead.rows).toMatchObject([
      { operator: 'counts', value: 0, code: 'OPERATOR_FAILED', where: { shard: 's', sequenceNumber: '1' } },
      { operator: 'counts', value: 0, code: 'OPERATOR_FAILED', where: { shard: 's', sequenceNumber: '3' } },
    ])
  })

  it.each([
    ['a function', { deep: { down: () => 1 } }, 'a function at n.deep.down'],
    ['an object of a class', [new Total()], 'an object of the class Total at n.0'],
  ])('that has %s within is met by the next checkpoint', async (_kind, made, said) => {
    const failure = await failureOf(counting([1, 0, 1], () => made, 'fail').running)
    expect(failure.code).toBe('STATE_INVALID')
    expect(failure.happened).toContain(`the state of the key "all" holds ${said}`)
    expect(failure.where.operator).toBe('counts')
  })

  it('may be undefined where it begins so', async () => {
    const last = defineAggregate<number, number | undefined, number | undefined>({
      kind: 'last',
      create: () => undefined,
      add: (_so, n) => (n === 0 ? undefined : n),
      merge: (_a, b) => b,
      result: (n) => n,
    })
    expect(last.add(last.add(last.create(), 3, 0), 0, 0)).toBeUndefined()
  })

  it('is a new one for each key', () => {
    const shared = { n: 0 }
    const parts = {
      kind: 'shared',
      create: () => shared,
      add: (so: { n: number }) => so,
      merge: (so: { n: number }) => so,
      result: ({ n }: { n: number }) => n,
    }
    expect(() => defineAggregate(parts)).toThrow('gives the same object each time')
    expect(() => defineAggregate({ ...parts, create: () => Object.freeze({ n: 0 }) })).not.toThrow()
  })
})

describe('reduce', () => {
  it.each([
    ['undefined', () => undefined, 'gave undefined, which is no record'],
    ['a promise', () => Promise.resolve(1), 'gave a promise'],
  ])('may not give %s', async (_kind, combine, said) => {
    const described = job('reducing', ({ from }) =>
      from('numbers', records([1, 2])).pipe(
        keyBy(() => 'all'),
        window(tumbling('1s')),
        reduce('one', combine as unknown as (a: number, b: number) => number),
        sinkTo('out', collectSink()),
      ),
    )
    const failure = await failureOf(run(described, { checkpoints: memoryStore() }))
    expect(failure.happened).toContain(said)
    expect(failure.where).toMatchObject({ operator: 'one', sequenceNumber: '1' })
  })
})
