import { type FailedRecord, type JobOptions, job, run } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { aggregate, collect, eventTime, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { Sink } from '../../src/contract/sink.ts'
import { KeptSink } from '../connectors/delivery/kept-sink.ts'
import { idsOfContent } from '../connectors/delivery/objects/lake.ts'
import { memoryDestination } from '../connectors/delivery/objects/memory-destination.ts'
import { ScriptedDestination } from '../connectors/delivery/scripted-destination.ts'
import { failureOf } from './failed.ts'

interface Row {
  readonly id: number
}

/** No format has room for it in 32 bits. */
const bad = 2 ** 40
const rows = [1, 2, 3, bad, 5, 6]
const taken = rows.filter((id) => id !== bad)

function whereTo({ id }: Row): Record<string, string> {
  if (id === bad) throw new RangeError('nowhere')
  return { half: id < 3 ? 'a' : 'b' }
}

interface Tried {
  readonly sink: Sink<Row>
  readonly reason: string
  readonly delivered: () => Promise<readonly number[]>
}

/** Sinks that do not take the bad row, and what they have. */
const sinks: Readonly<Record<string, () => Tried>> = {
  'a format': () => {
    const { destination: to, published } = memoryDestination()
    const sink = deliverySink<Row>({ to, format: parquet({ id: 'int32' }) })
    return { sink, reason: 'column id', delivered: async () => idsOf(published) }
  },
  'a function for partitions': () => {
    const { destination: to, published } = memoryDestination()
    const sink = deliverySink<Row>({ to, format: parquet({ id: 'int32' }), partitionBy: whereTo })
    return { sink, reason: 'RangeError: nowhere', delivered: async () => idsOf(published) }
  },
  'a function for the end of partitions': () => {
    const { destination: to, published } = memoryDestination()
    const sink = deliverySink<Row>({
      to,
      format: parquet({ id: 'int32' }),
      partitionBy: ({ id }) => ({ id: `${id}` }),
      completeAt: ({ id }) => (Number(id) === bad ? Number.NaN : Number(id)),
    })
    return { sink, reason: 'completeAt gave NaN', delivered: async () => idsOf(published) }
  },
  'an encoding for requests': () => {
    const scripted = new ScriptedDestination()
    const encode = (row: Row) => {
      whereTo(row)
      return { data: Buffer.from(`${row.id}`) }
    }
    const backup = new KeptSink<Row>()
    const sink = deliverySink<Row>({ to: { ...scripted.to(), encode }, backup: backup.sink })
    const delivered = async () => {
      expect(backup.rows.map(({ id }) => id)).toEqual(rows)
      return scripted.sent.flatMap(({ rows: texts }) => texts.map(Number))
    }
    return { sink, reason: 'a row cannot be encoded: nowhere', delivered }
  },
}

async function idsOf(published: ReadonlyMap<string, Buffer>): Promise<number[]> {
  const files = [...published].filter(([name]) => name.endsWith('.parquet'))
  return (await Promise.all(files.map(([, content]) => idsOfContent(content)))).flat()
}

function delivering(sink: Sink<Row>, onError?: JobOptions['onError']) {
  const records = rows.map((id) => ({ value: { id }, arrivalTime: id }))
  return job(
    'rows',
    ({ from }) => from('ids', listSource({ s: records }, { perFetch: 3 })).pipe(sinkTo('lake', sink)),
    { ...(onError !== undefined && { onError }) },
  )
}

describe.each(Object.entries(sinks))('a row that a sink cannot write, for %s,', (_what, make) => {
  it('ends the job, and is shown', async () => {
    const { sink, reason } = make()
    const failure = await failureOf(run(delivering(sink), { checkpoints: memoryStore() }))
    expect(failure).toMatchObject({ code: 'ROW_INVALID', where: { sink: 'lake', shard: 's' } })
    expect(failure.happened).toContain(reason)
  })

  it('is left out and counted, if the job wants that', async () => {
    const { sink, delivered } = make()
    const running = run(delivering(sink, 'skip'), { checkpoints: memoryStore() })
    const { counters } = (await running).metrics
    expect(counters).toMatchObject({ 'lake.failed': 1 })
    expect([...(await delivered())].sort((a, b) => a - b)).toEqual(taken)
  })

  it('is kept, if the job wants that', async () => {
    const { sink, delivered, reason } = make()
    const letters = collectSink<FailedRecord>()
    await run(
      delivering(sink, (failed) => failed.pipe(sinkTo('letters', letters))),
      {
        checkpoints: memoryStore(),
      },
    )
    expect(letters.rows).toEqual([
      {
        operator: 'lake',
        value: expect.anything(),
        timestamp: bad,
        code: 'ROW_INVALID',
        reason: expect.stringContaining(reason),
        where: expect.objectContaining({ sink: 'lake', shard: 's' }),
      },
    ])
    expect([...(await delivered())].sort((a, b) => a - b)).toEqual(taken)
  })
})

describe('rows that a sink cannot write', () => {
  it('have event time, so that windows of them close', async () => {
    const { sink } = sinks['a function for partitions']!()
    const letters = collectSink<{ readonly ids: readonly number[] }>()
    const timed = job(
      'timed',
      ({ from }) => {
        const source = listSource(
          { s: rows.map((id) => ({ value: { id }, arrivalTime: 0 })) },
          { perFetch: 1 },
        )
        return from('ids', source).pipe(
          eventTime(({ id }) => id * 1000),
          map((row) => row),
          sinkTo('lake', sink),
        )
      },
      {
        onError: (failed) =>
          failed.pipe(
            keyBy(({ operator }) => operator),
            window(tumbling('1s')),
            aggregate('lettersOf', { ids: collect(({ value }) => (value as Row).id) }),
            sinkTo('letters', letters),
          ),
      },
    )
    await run(timed, { checkpoints: memoryStore() })
    expect(letters.rows).toMatchObject([{ ids: [bad] }])
  })

  it('end the job in the sink of those that failed', async () => {
    const [first, second] = [sinks['a function for partitions']!(), sinks['a function for partitions']!()]
    const lost = delivering(first.sink, (failed) =>
      failed.pipe(
        map(({ value }) => value as Row),
        sinkTo('letters', second.sink),
      ),
    )
    const failure = await failureOf(run(lost, { checkpoints: memoryStore() }))
    expect(failure).toMatchObject({ code: 'ROW_INVALID', where: { sink: 'letters' } })
  })
})
