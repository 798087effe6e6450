import { expect, it } from 'vitest'
import { countText, durationText, percentText } from '../../src/observe/figures.ts'

it.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_203_441.4, '1,203,441'],
])('counts %d as %s', (count, text) => expect(countText(count)).toBe(text))

it.each([
  [-5, '0ms'],
  [350, '350ms'],
  [42_900, '42s'],
  [252_000, '4m 12s'],
  [11_520_000, '3h 12m'],
  [183_600_000, '2d 3h'],
])('says %d ms as %s', (ms, text) => expect(durationText(ms)).toBe(text))

it('says 100% only when nothing is missing', () => {
  expect(percentText(0.9999)).toBe('99%')
  expect(percentText(1)).toBe('100%')
})
