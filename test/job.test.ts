import { type JobOptions, job } from 'millrace'
import { consoleOutput } from 'millrace/connectors/console'
import { keyBy, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

/** A job with two operators that keep state, and these options. */
const counting = (options: object) => () =>
  job(
    'counting',
    ({ from }) =>
      from('words', listSource<string>({})).pipe(
        keyBy((word) => word),
        process('seen', { state: { count: valueState(0) }, onRecord: (): string[] => [] }),
        keyBy((word) => word),
        process('totals', { state: { count: valueState(0) }, onRecord: (): string[] => [] }),
        sinkTo('out', collectSink<string>()),
      ),
    options as JobOptions,
  )

describe('what a job says of the evolution of its state', () => {
  it.each([
    [{ nobody: { version: 2 } }, 'speaks of "nobody", which the job does not have'],
    [{ totals: { version: 0 } }, 'is 0, not a whole number from 1'],
    [{ totals: { version: 1.5 } }, 'is 1.5, not a whole number from 1'],
    [{ words: { version: 2 } }, 'the source "words" has a version'],
    [{ out: { renamedFrom: 'lake' } }, 'the sink "out" is renamed'],
    [{ totals: { version: 2, migrate: { 2: (old: object) => old } } }, 'a migration from version 2'],
    [
      { totals: { version: 2, migrate: { 1: 5 } } },
      'the migration of "totals" from version 1 is 5, not a function',
    ],
    [
      { totals: { version: 2, migrate: { 1: async () => ({}) } } },
      'the migration of "totals" from version 1 is async',
    ],
    [{ totals: { renamedFrom: 'seen' } }, '"totals" is renamed from "seen", which the job still has'],
    [
      { totals: { renamedFrom: 'sums' }, seen: { renamedFrom: 'sums' } },
      '"totals" and "seen" are both renamed from "sums"',
    ],
  ])('%j is refused where it cannot be meant', (evolution, told) => {
    expect(counting({ evolution })).toThrow(told)
  })

  it('may name what is of another kind', () => {
    expect(counting({ evolution: { totals: { renamedFrom: 'words' } } })).not.toThrow()
  })
})

it.each([['fixed'], [{ kind: 'fixed' }], [5]])(
  'a restart strategy of its own, as %j, is refused',
  (restart) => {
    expect(counting({ restart })).toThrow(
      'it is what exponentialDelay(), fixedDelay(), failureRate() or noRestart()',
    )
  },
)

it('a destination is no sink', () => {
  expect(() => sinkTo('lines', consoleOutput() as never)).toThrow('put it into deliverySink({ to: … })')
})
