import fc from 'fast-check'
import { type Job, job, run, type Stream } from 'millrace'
import {
  map,
  type ProcessingFailure,
  sinkTo,
  type TransformFunction,
  type TransformOptions,
  type TransformResult,
  transformRecords,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../runtime/failed.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'
import { manners, rowsOf } from './anyhow.ts'

interface Click {
  readonly at: number
  readonly fate: 'ok' | 'drop' | 'fail' | 'throw' | 'forget' | 'double' | 'foreign'
  readonly turns: number
}

const clicks = fc.array(
  fc.record({
    at: fc.nat({ max: 60 }),
    fate: fc.constantFrom<Click['fate'][]>(
      'ok',
      'ok',
      'ok',
      'drop',
      'fail',
      'throw',
      'forget',
      'double',
      'foreign',
    ),
    turns: fc.nat({ max: 9 }),
  }),
  { maxLength: 40 },
)

/** Does to each record what it says, late and in another order. */
const fated: TransformFunction<Click, string> = async (records) => {
  for (let turn = 0; turn < (records[0]?.value.turns ?? 0); turn += 1) await Promise.resolve()
  return records.toReversed().flatMap(({ recordId, value: { at, fate } }): TransformResult<string>[] => {
    const ok = { recordId, result: 'Ok' as const, value: `at ${at}` }
    if (fate === 'throw') throw new Error('no')
    if (fate === 'forget') return []
    if (fate === 'double') return [ok, ok]
    if (fate === 'foreign') return [ok, { ...ok, recordId: 'foreign' }]
    if (fate === 'drop') return [{ recordId, result: 'Dropped' as const }]
    return [fate === 'fail' ? { recordId, result: 'ProcessingFailed' as const, message: 'as told' } : ok]
  })
}

function transforming<T>(
  values: readonly T[],
  transform: TransformFunction<T, string>,
  options?: TransformOptions,
) {
  const out = collectSink<string>()
  const failed = collectSink<ProcessingFailure>()
  const source = listSource({ s: values.map((value, n) => ({ value, arrivalTime: n })) }, { perFetch: 1000 })
  const described = job('transforming', ({ from }) => {
    const made = from('records', source).pipe(transformRecords(transform, options))
    return [made.pipe(sinkTo('out', out)), made.sides.failed.pipe(sinkTo('failed', failed))]
  })
  return { described, out, failed }
}

const finish = (described: Job) =>
  run(described, { checkpoints: memoryStore(), clock: impatientClock(), random: () => 0 })

describe('transformed records', () => {
  it('are those that the function gives, in their order, however they come, and whichever poison their batch', async () => {
    await fc.assert(
      fc.asyncProperty(clicks, manners, fc.integer({ min: 1, max: 9 }), async (values, manner, batch) => {
        const build = (stream: Stream<Click>) => {
          const made = stream.pipe(transformRecords(fated, { batch, attempts: 2, concurrency: 2 }))
          const code = made.sides.failed.pipe(
            map(({ errorCode, rawData }) => `${errorCode} ${decoded(rawData).at}`),
          )
          return code
        }
        const trial = { inputs: [values], timeOf: ({ at }: Click) => at, disorderMs: 0 }
        const rows = await rowsOf(trial, manner, build)
        const codes = {
          ...{ fail: 'ProcessingFailed', throw: 'FunctionError', forget: 'MissingRecordId' },
          ...{ double: 'DuplicatedRecordId', foreign: 'UnknownRecordId' },
        }
        const failing = values.filter(({ fate }) => fate in codes)
        const expected = failing.map(({ at, fate }) => `${codes[fate as keyof typeof codes]} ${at}`)
        expect(rows.toSorted()).toEqual(expected.toSorted())
      }),
      { numRuns: 40 },
    )
  })

  it('keep their order, also where one of them poisons the batch', async () => {
    const values = Array.from(
      { length: 100 },
      (_, at): Click => ({ at, fate: at === 37 ? 'throw' : 'ok', turns: 9 - (at % 10) }),
    )
    const { described, out, failed } = transforming(values, fated, { batch: 10 })
    await finish(described)
    expect(out.rows).toEqual(values.filter(({ fate }) => fate === 'ok').map(({ at }) => `at ${at}`))
    expect(failed.rows).toHaveLength(1)
  })

  it('that poison a batch are found by cutting it in halves, after the attempts for all of it', async () => {
    const asked: number[][] = []
    const { described, out, failed } = transforming(
      Array.from({ length: 8 }, (_, n) => n),
      (records) => {
        const values = records.map(({ value }) => value)
        asked.push(values)
        if (values.includes(5)) throw new Error('five')
        return records.map(({ recordId, value }) => ({ recordId, result: 'Ok', value: String(value) }))
      },
      { attempts: 3 },
    )
    await finish(described)
    const all = [0, 1, 2, 3, 4, 5, 6, 7]
    expect(asked).toEqual([all, all, all, [0, 1, 2, 3], [4, 5, 6, 7], [4, 5], [4], [5], [6, 7]])
    expect(out.rows).toEqual(['0', '1', '2', '3', '4', '6', '7'])
    expect(failed.rows).toEqual([
      {
        attemptsMade: 6,
        arrivalTimestamp: 5,
        errorCode: 'FunctionError',
        errorMessage: 'five',
        attemptEndingTimestamp: expect.any(Number),
        rawData: Buffer.from('5').toString('base64'),
      },
    ])
  })

  it('come of a second attempt, too', async () => {
    let calls = 0
    const { described, out, failed } = transforming(['a', 'b'], async (records) => {
      calls += 1
      if (calls === 1) throw new Error('not yet')
      return records.map(({ recordId, value }) => ({ recordId, result: 'Ok', value }))
    })
    await finish(described)
    expect([out.rows, failed.rows, calls]).toEqual([['a', 'b'], [], 2])
  })

  it.each([undefined, [{ recordId: '0', result: 'Fine' }], [null]])(
    'are none where the answer is %j',
    async (answer) => {
      const { described, failed } = transforming(['a'], () => answer as never, { attempts: 1 })
      await finish(described)
      expect(failed.rows).toMatchObject([
        { errorCode: 'InvalidResult', rawData: Buffer.from('a').toString('base64') },
      ])
    },
  )

  it('that fail end the job where nobody reads them', async () => {
    const out = collectSink<string>()
    const source = listSource({ s: [{ value: 'a', arrivalTime: 0 }] })
    const described = job('transforming', ({ from }) =>
      from('records', source).pipe(
        transformRecords((): TransformResult<string>[] => {
          throw new Error('no such service')
        }),
        sinkTo('out', out),
      ),
    )
    const failure = await failureOf(finish(described))
    expect(failure.code).toBe('OPERATOR_FAILED')
    expect(failure.where.operator).toContain('transformRecords')
  })

  it('are asked for no longer than the time that there is', async () => {
    const { described, failed } = transforming(['a'], () => new Promise<never>(() => {}), {
      attempts: 2,
      timeout: '1s',
    })
    await finish(described)
    expect(failed.rows).toMatchObject([{ attemptsMade: 2, errorCode: 'FunctionError' }])
  })
})

it.each([
  [{ batch: 0 }, 'batch is 0'],
  [{ attempts: 1.5 }, 'attempts is 1.5'],
  [{ timeout: '0s' as const }, 'the timeout of transformRecords(…)'],
])('options that make no sense are refused: %j', (options, words) => {
  expect(() => transformRecords(() => [], options)).toThrow(words)
})

function decoded(rawData: string): Click {
  return JSON.parse(Buffer.from(rawData, 'base64').toString())
}
