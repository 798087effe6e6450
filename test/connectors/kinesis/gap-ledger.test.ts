import { expect, test } from 'vitest'
import { GapLedger } from '../../../connectors/kinesis/gap-ledger.ts'
import type { Gap } from '../../../src/contract/source.ts'

const gap = (given: Partial<Gap> = {}): Gap => ({
  ...{ split: 's', range: { start: '0', end: '9' }, after: '7:0', from: 100, until: 200, noticedAt: 300 },
  ...given,
})

test('a gap that is noticed again is the same, and may have grown', () => {
  const ledger = new GapLedger()
  ledger.note(gap())
  const restored = new GapLedger(JSON.parse(JSON.stringify(ledger.toJson())))
  expect(restored.note(gap({ from: 150, until: 260, noticedAt: 900 }))).toEqual(gap({ until: 260 }))
  expect(restored.note(gap({ until: 210 }))).toEqual(gap({ until: 260 }))
  expect(restored.toJson()).toEqual({ latest: [gap({ until: 260 })], count: 1, lostMs: 160 })
})

test('only the latest hundred are kept, but all are counted', () => {
  const ledger = new GapLedger()
  for (let n = 1; n <= 250; n += 1) ledger.note(gap({ after: `${n}:0` }))
  const { latest, count, lostMs } = ledger.toJson()
  expect([latest.length, latest.at(-1)?.after, count, lostMs]).toEqual([100, '250:0', 250, 25_000])
})
