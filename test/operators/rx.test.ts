import { type FailedRecord, job, run, type Stream } from 'millrace'
import { keyBy, rx, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import {
  bufferCount,
  delay,
  filter,
  map,
  mergeMap,
  type OperatorFunction,
  scan,
  shareReplay,
  take,
} from 'rxjs'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../runtime/failed.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'

const numbers = listSource({ s: [1, 2, 3, 4].map((value) => ({ value, arrivalTime: value })) })

async function through<R>(build: (numbers: Stream<number>) => Stream<R>): Promise<readonly R[]> {
  const out = collectSink<R>()
  const described = job('rx', ({ from }) => build(from('numbers', numbers)).pipe(sinkTo('out', out)))
  await run(described, { checkpoints: memoryStore(), clock: impatientClock() })
  return out.rows
}

describe('rx', () => {
  it('lets RxJS operators work, and infers through them', async () => {
    const rows: readonly string[] = await through((numbers) =>
      numbers.pipe(
        rx(
          filter((n) => n > 1),
          mergeMap((n) => [n, -n]),
          map((n) => n * 10),
          map((n) => `${n}`),
        ),
      ),
    )
    expect(rows).toEqual(['20', '-20', '30', '-30', '40', '-40'])
  })

  it('drops the key of a keyed stream, as every step that takes any stream', async () => {
    const rows = await through((numbers) =>
      numbers.pipe(
        keyBy((n) => n),
        rx(map((n) => n + 1)),
      ),
    )
    expect(rows).toEqual([2, 3, 4, 5])
  })

  it.each<[string, OperatorFunction<number, unknown>, unknown[]]>([
    ['scan', scan((sum, n) => sum + n, 0), [1, 2, 3, 4]],
    ['take', take(1), [1, 2, 3, 4]],
    ['bufferCount', bufferCount(2), [[1], [2], [3], [4]]],
    ['shareReplay', shareReplay(1), [1, 2, 3, 4]],
  ])('lets %s remember nothing from one record to the next', async (_name, operator, rows) => {
    expect(await through((numbers) => numbers.pipe(rx(operator)))).toEqual(rows)
  })

  it.each<[string, OperatorFunction<number, unknown>]>([
    ['delay', delay(1)],
    ['a promise', mergeMap(async (n) => n)],
  ])('refuses %s, which waits', async (_name, operator) => {
    const failure = await failureOf(through((numbers) => numbers.pipe(rx(operator))))
    expect(failure.code).toBe('OPERATOR_FAILED')
    expect(failure.message).toContain('use asyncMap(…)')
  })

  it('hands on nothing of a record that fails half-way', async () => {
    const out = collectSink<number>()
    const dead = collectSink<FailedRecord>()
    const halves = function* (n: number) {
      yield n
      if (n === 2) throw new Error('two')
      yield n + 0.5
    }
    const described = job(
      'rx',
      ({ from }) => from('numbers', numbers).pipe(rx(mergeMap(halves)), sinkTo('out', out)),
      { onError: (failed) => failed.pipe(sinkTo('dead', dead)) },
    )
    await run(described, { checkpoints: memoryStore(), clock: impatientClock() })
    expect(out.rows).toEqual([1, 1.5, 3, 3.5, 4, 4.5])
    expect(dead.rows).toMatchObject([{ value: 2, operator: 'numbers/rx-1' }])
  })
})
