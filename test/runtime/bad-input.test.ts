import { job, json, run as start, type Undecodable } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { bytesSource, collectSink, type ListRecord, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../src/contract/source.ts'
import { failureOf } from './failed.ts'
import { hookedSink } from './hooked.ts'
import { impatientClock } from './impatient-clock.ts'
import { pagedSource } from './paged-source.ts'

const encoded = (texts: readonly string[]): ListRecord<Uint8Array>[] =>
  texts.map((text) => ({ value: new TextEncoder().encode(text), arrivalTime: 0 }))

const fine = encoded(['1', '2', '3'])
const bad = encoded(['1', 'oops', '3'])

describe('a record that does not decode', () => {
  const numbers = (records: ListRecord<Uint8Array>[], perFetch = 1) =>
    bytesSource({ 'shard-7': records }, json<number>(), { perFetch })

  it.each([1, 3])('stops the job where it is, with %i records in a fetch', async (perFetch) => {
    const sink = collectSink<number>()
    const store = memoryStore()
    const plain = (records: ListRecord<Uint8Array>[]) =>
      job('plain', ({ from }) => from('numbers', numbers(records, perFetch)).pipe(sinkTo('out', sink)))
    const failure = await failureOf(run(plain(bad), store))
    expect(failure.code).toBe('RECORD_UNDECODABLE')
    expect(failure.where).toEqual({
      job: 'plain',
      source: 'numbers',
      shard: 'shard-7',
      sequenceNumber: '1',
    })
    expect(sink.rows.filter((row) => row > 1)).toEqual([])
    await run(plain(fine), store)
    expect(sink.rows).toEqual([1, 2, 3])
  })

  it('goes to the output for it, once, and the others go on', async () => {
    const sink = collectSink<number>()
    const refused = collectSink<string>()
    const store = memoryStore()
    let dies = true
    const die = () => {
      if (dies) throw new RangeError('the disk is on fire')
    }
    const split = job('split', ({ from }) =>
      from('numbers', numbers(bad, 3), {
        undecodable: (records) =>
          records.pipe(
            map(({ position, data, split }: Undecodable) => `${split} ${position} ${Buffer.from(data)}`),
            sinkTo('refused', hookedSink(refused, { commit: die })),
          ),
      }).pipe(sinkTo('out', sink)),
    )
    expect(await failureOf(run(split, store))).toMatchObject({
      code: 'UNEXPECTED',
      where: { sink: 'refused' },
    })
    dies = false
    await run(split, store)
    await run(split, store)
    expect(refused.rows).toEqual(['shard-7 1 oops'])
    expect(sink.rows).toEqual([1, 3])
  })
})

describe('an event time', () => {
  it.each([
    ['NaN', Number.NaN],
    ['undefined', undefined],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['text', '2001-01-01'],
    ['a Date', new Date(0)],
    ['in nanoseconds', 1.7e18],
    ['in seconds with a fraction', 1_795_251_600.25],
  ])('that is %s stops the job at its record', async (_name, time) => {
    const sink = collectSink<unknown>()
    const source: Source<{ t: unknown }> = pagedSource({
      s: { pages: [{ values: [{ t: 1 }] }, { values: [{ t: 2 }, { t: time }], finished: true }] },
    })
    const timed = job('timed', ({ from }) =>
      from('times', source).pipe(
        eventTime(({ t }) => t as number),
        sinkTo('out', sink),
      ),
    )
    const failure = await failureOf(run(timed))
    expect(failure.code).toBe('EVENT_TIME_INVALID')
    expect(failure.where).toMatchObject({ source: 'times', shard: 's', sequenceNumber: '1.1' })
  })

  it.each([
    ['the text "1795251600000"', '1795251600000'],
    ['a Date', new Date(0)],
    ['1795251600.25, which is no whole number of milliseconds', 1_795_251_600.25],
  ])('that is %s is called that, since it looks like a time', async (name, time) => {
    const timed = job('timed', ({ from }) =>
      from('times', pagedSource({ s: { pages: [{ values: [time], finished: true }] } })).pipe(
        eventTime((value) => value as unknown as number),
        sinkTo('out', collectSink<unknown>()),
      ),
    )
    expect((await failureOf(run(timed))).happened).toContain(`the event time of a record is ${name}`)
  })
})

describe('a late record', () => {
  const pages = [{ values: [10_000] }, { values: [90_000] }, { values: [20_000, 95_000], finished: true }]
  const perMinute = (late?: ReturnType<typeof collectSink<number>>) => {
    const sink = collectSink<object>()
    const options = late === undefined ? {} : { late: sinkTo<number>('late', late) }
    const described = job('minutes', ({ from }) =>
      from('times', pagedSource({ s: { pages } })).pipe(
        eventTime((t) => t),
        keyBy(() => 'all'),
        window(tumbling('1m'), options),
        aggregate('count', { n: count() }),
        map(({ window: { start }, n }) => ({ start, n })),
        sinkTo('out', sink),
      ),
    )
    return { described, sink }
  }

  it('stops the job at its record', async () => {
    const failure = await failureOf(run(perMinute().described))
    expect(failure.code).toBe('RECORD_LATE')
    expect(failure.where).toMatchObject({ source: 'times', shard: 's', sequenceNumber: '2.0' })
  })

  it('goes to the output for it, and is counted', async () => {
    const late = collectSink<number>()
    const { described, sink } = perMinute(late)
    const { metrics } = await run(described)
    expect(late.rows).toEqual([20_000])
    expect(sink.rows).toEqual([
      { start: 0, n: 1 },
      { start: 60_000, n: 2 },
    ])
    expect(metrics.counters).toEqual({ 'count.late': 1 })
    expect(metrics.written).toEqual({ out: 2, late: 1 })
  })
})

describe('a function of the job that throws', () => {
  const source = () => pagedSource({ s: { pages: [{ values: [1] }, { values: [2, 3], finished: true }] } })

  it('stops the job at the record, and keeps what it threw', async () => {
    const thrown = new RangeError('no threes')
    const described = job('throws', ({ from }) =>
      from('numbers', source()).pipe(
        map((n) => {
          if (n === 3) throw thrown
          return n
        }),
        sinkTo('out', collectSink()),
      ),
    )
    const failure = await failureOf(run(described))
    expect(failure.code).toBe('OPERATOR_FAILED')
    expect(failure.cause).toBe(thrown)
    expect(failure.where).toMatchObject({ source: 'numbers', shard: 's', sequenceNumber: '1.1' })
    expect(failure.where.operator).toBe(described.graph.nodes.find(({ id }) => id.includes('map'))?.id)
  })

  it('behind a fan-out names the source and the shard', async () => {
    const described = job('fans-out', ({ from }) => {
      const numbers = from('numbers', source()).pipe(map((n) => n))
      return [
        numbers.pipe(sinkTo('all', collectSink())),
        numbers.pipe(
          map((n) => {
            if (n === 3) throw new RangeError('no threes')
            return n
          }),
          sinkTo('out', collectSink()),
        ),
      ]
    })
    const failure = await failureOf(run(described))
    expect(failure.where).toMatchObject({ source: 'numbers', shard: 's' })
    expect(failure.where.sequenceNumber).toBeUndefined()
  })

  it.each([undefined, null, Number.NaN, {}, Symbol('key')])('includes a keyBy that gives %s', async (key) => {
    const described = job('keys', ({ from }) =>
      from('numbers', source()).pipe(
        keyBy((n) => (n === 2 ? (key as unknown as string) : 'fine')),
        window(tumbling('1m')),
        aggregate('count', { n: count() }),
        sinkTo('out', collectSink()),
      ),
    )
    const failure = await failureOf(run(described))
    expect(failure.code).toBe('KEY_INVALID')
    expect(failure.happened).toContain('keyBy gave')
    expect(failure.where).toMatchObject({ shard: 's', sequenceNumber: '1.0' })
  })
})

function run(described: Parameters<typeof start>[0], checkpoints = memoryStore()) {
  return start(described, { checkpoints, clock: impatientClock(), random: () => 0 })
}
