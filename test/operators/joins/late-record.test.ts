import { tumbling } from 'millrace/operators'
import { expect, it } from 'vitest'
import { IntervalLogic } from '../../../operators/joins/interval-logic.ts'
import { VersionLogic } from '../../../operators/joins/version-logic.ts'
import { WindowLogic } from '../../../operators/joins/window-logic.ts'
import type { KeyedLogic } from '../../../operators/keyed/keyed-logic.ts'
import { keyedLogicTester } from '../keyed-logic-tester.ts'

const combine = () => 'joined'
const byTime = { kind: 'inner', fromMs: 0, to: 5, where: undefined, combine } as const
const byVersion = { kind: 'inner', versionOf: (record: unknown) => record, combine } as const

/** For each logic: the last watermark at which a record of 95 is in time. */
const logics: readonly [string, () => KeyedLogic<unknown>, number][] = [
  ['an interval', () => new IntervalLogic(byTime) as KeyedLogic<unknown>, 94],
  ['versions', () => new VersionLogic(byVersion) as KeyedLogic<unknown>, 94],
  ['windows', () => new WindowLogic(tumbling('10ms'), () => {}) as KeyedLogic<unknown>, 98],
]

it.each(logics)(
  'a record of either side of a join by %s is late from one instant on',
  (_name, logic, last) => {
    for (const input of [0, 1]) {
      const inTime = keyedLogicTester(logic())
      inTime.watermark(last)
      inTime.record('row', 95, input)
      const late = keyedLogicTester(logic())
      late.watermark(last + 1)
      expect(() => late.record('row', 95, input)).toThrow('RECORD_LATE')
      expect(late.state).toBeUndefined()
    }
  },
)
