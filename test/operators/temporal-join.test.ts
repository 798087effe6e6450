import fc from 'fast-check'
import type { Stream } from 'millrace'
import { keyBy, temporalJoin } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { VersionLogic, type VersionState } from '../../operators/joins/version-logic.ts'
import { manners, rowsOf } from './anyhow.ts'
import { keyedLogicTester } from './keyed-logic-tester.ts'
import { distinctRows, pair, type Row, rows, timeOf } from './pairs.ts'

const byKey = keyBy((row: Row) => row.key)

/** A row that waits for less than nothing stands for a deletion. */
const version = (row: Row) => (row.wait < 0 ? undefined : row)

function expected(left: readonly Row[], versions: readonly Row[], kind: 'inner' | 'left'): string[] {
  const rows = left.map((row) => {
    const earlier = versions.filter(({ key, time }) => key === row.key && time <= row.time)
    const latest = earlier.toSorted((a, b) => b.time - a.time)[0]
    return [row, latest === undefined ? undefined : version(latest)] as const
  })
  return rows
    .filter(([, valid]) => kind === 'left' || valid !== undefined)
    .map(([row, valid]) => pair(row, valid))
    .sort()
}

describe('temporalJoin', () => {
  const kinds = fc.constantFrom('inner' as const, 'left' as const)

  it('gives each row the version of its time, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(rows, distinctRows, kinds, manners, async (left, right, kind, manner) => {
        const got = await rowsOf(
          { inputs: [left, right], timeOf, disorderMs: 5 },
          manner,
          (lefts: Stream<Row>, rights: Stream<Row>) =>
            lefts.pipe(byKey, temporalJoin('versions', rights.pipe(byKey), { version, kind }, pair)),
        )
        expect(got.toSorted()).toEqual(expected(left, right, kind))
      }),
      { numRuns: 80 },
    ))
})

describe('the state of a temporalJoin', () => {
  const tester = () =>
    keyedLogicTester<VersionState>(
      new VersionLogic({ kind: 'inner', versionOf: (record) => record, combine: () => 'joined' }),
    )
  const kept = (state: VersionState | undefined) =>
    state?.versions.rows.slice(state.versions.gone).map((row) => row!.value)

  it('keeps the version that is valid, and those to come', () => {
    const test = tester()
    for (const time of [30, 10, 20]) test.record(`of ${time}`, time, 1)
    test.watermark(19)
    expect(kept(test.state)).toEqual(['of 10', 'of 20', 'of 30'])
    test.watermark(20)
    expect(kept(test.state)).toEqual(['of 20', 'of 30'])
    test.watermark(1000)
    expect(kept(test.state)).toEqual(['of 30'])
  })

  it('is gone after a deletion, and once rows without a version have passed', () => {
    const test = tester()
    test.record('of 10', 10, 1)
    test.record(undefined, 20, 1)
    test.record('row', 25, 0)
    test.watermark(24)
    expect(test.state).toBeDefined()
    test.watermark(25)
    expect(test.state).toBeUndefined()
    expect(test.emitted).toBe(0)
  })

  it('of a hot key costs each row and version once', () => {
    const test = tester()
    for (let time = 0; time < 100_000; time += 1) test.record(time, time, time % 2)
    test.watermark(100_000)
    expect(test.emitted).toBe(49_999)
  }, 40_000)
})
