import { expect, test } from 'vitest'
import { offsetOf, placeOf, segmentOf, sizeClassOf } from '../../../src/state/disk/place.ts'
import { bytesOfClass, classOf } from '../../../src/state/disk/size-class.ts'

test('a class has room for every size that is of it, and less than a quarter more', () => {
  for (let bytes = 1; bytes < 2 ** 31; bytes = Math.ceil(bytes * 1.01)) {
    const sizeClass = classOf(bytes)
    expect(sizeClass).toBeLessThan(2 ** 7)
    expect(bytesOfClass(sizeClass)).toBeGreaterThanOrEqual(bytes)
    expect(bytesOfClass(sizeClass)).toBeLessThan(Math.max(bytes + 8, 1.25 * bytes + 8))
    if (sizeClass > 1) expect(bytesOfClass(sizeClass - 1)).toBeLessThan(bytes)
  }
})

test('a place tells all that it was made of', () => {
  for (const [sizeClass, segment, from] of [
    [1, 1, 0],
    [127, 8_191, 8 * (2 ** 20 - 1)],
    [64, 4_096, 8],
  ] as const) {
    const place = placeOf(sizeClass, segment, from)
    expect([sizeClassOf(place), segmentOf(place), offsetOf(place)]).toEqual([sizeClass, segment, from])
  }
})
