import { job, run } from 'millrace'
import { log, map, sinkTo, tap } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import type { LogFields } from '../../src/contract/log.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'

const words = listSource({
  s: ['a', 'b', 'c', 'd', 'e'].map((value, time) => ({ value, arrivalTime: time })),
})

it('tap sees every record and its time, and passes it on', async () => {
  const seen: unknown[] = []
  const out = collectSink<string>()
  const described = job('tapped', ({ from }) =>
    from('words', words).pipe(
      tap((word, time) => seen.push([word, time])),
      map((word) => word.toUpperCase()),
      sinkTo('out', out),
    ),
  )
  await run(described, { checkpoints: memoryStore(), clock: impatientClock() })
  expect(seen).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
    ['d', 3],
    ['e', 4],
  ])
  expect(out.rows).toEqual(['A', 'B', 'C', 'D', 'E'])
})

it('log tells of one record of so many, and shows what it may', async () => {
  const lines: [string, LogFields | undefined][] = []
  const out = collectSink<string>()
  const described = job('logged', ({ from }) =>
    from('words', words).pipe(
      log('seen', { every: 2 }),
      log('shown', { every: 4, show: (word) => word.repeat(300) }),
      sinkTo('out', out),
    ),
  )
  const toLines = (message: string, fields?: LogFields) => void lines.push([message, fields])
  await run(described, {
    checkpoints: memoryStore(),
    clock: impatientClock(),
    log: { info: toLines, warn: () => {} },
  })
  const of = (label: string) => lines.filter(([message]) => message === label).map(([, fields]) => fields)
  expect(of('seen')).toEqual([{ record: 1 }, { record: 3 }, { record: 5 }])
  expect(of('shown')).toEqual([
    { record: 1, shows: `${'a'.repeat(200)}…` },
    { record: 5, shows: `${'e'.repeat(200)}…` },
  ])
  expect(out.rows).toHaveLength(5)
  expect(() => log('none', { every: 0 })).toThrow('every is 0')
})
