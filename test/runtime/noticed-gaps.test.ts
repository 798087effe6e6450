import { expect, it } from 'vitest'
import type { Gap } from '../../src/contract/source.ts'
import { NoticedGaps } from '../../src/runtime/noticed-gaps.ts'

const gap = (given: Partial<Gap> = {}): Gap => ({
  ...{ split: 's', range: { start: '0', end: '9' }, after: '7:0', from: 100, until: 200, noticedAt: 300 },
  ...given,
})

it('a gap counts once, however often a restart tells it, and grows', () => {
  const gaps = new NoticedGaps()
  expect(gaps.notice('a', gap())).toBe(true)
  expect(gaps.notice('a', gap({ until: 250, noticedAt: 900 }))).toBe(false)
  expect(gaps.notice('a', gap({ until: 220 }))).toBe(false)
  expect(gaps.total).toEqual({ count: 1, lostMs: 150 })
})

it('gaps of other sources, splits and records are others', () => {
  const gaps = new NoticedGaps()
  const told = [gap(), gap({ split: 't' }), gap({ after: null, from: null }), gap({ after: '9:0' })]
  expect([...told.map((each) => gaps.notice('a', each)), gaps.notice('b', gap())]).toEqual(
    Array(5).fill(true),
  )
  expect(gaps.total).toEqual({ count: 5, lostMs: 400 })
})

it('the memory for them is bounded', () => {
  const gaps = new NoticedGaps()
  for (let n = 0; n < 1_001; n += 1) gaps.notice('a', gap({ after: `${n}:0` }))
  expect(gaps.notice('a', gap({ after: '1000:0' }))).toBe(false)
  expect(gaps.notice('a', gap({ after: '0:0' }))).toBe(true)
})
