import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pace } from '../../src/time/alignment.ts'

const progress = (watermarks: Readonly<Record<string, number>>, maxDriftMs = 10) => [
  { watermarkOf: (split: string) => watermarks[split], maxDriftMs },
]

describe('a split may be read', () => {
  it('as long as it is not further ahead of the slowest than the drift', () => {
    expect(pace(['a', 'b'], progress({ a: 10, b: 0 }))('a')).toBe(true)
    expect(pace(['a', 'b'], progress({ a: 11, b: 0 }))('a')).toBe(false)
    expect(pace(['a', 'b'], progress({ a: 11, b: 0 }))('b')).toBe(true)
  })

  it('when it has brought nothing yet, and no one waits for such a one', () => {
    expect(pace(['a', 'b'], progress({ b: 0 }))('a')).toBe(true)
    expect(pace(['a', 'b'], progress({ b: 100 }))('b')).toBe(true)
  })

  it('when only a split that is over is behind', () => {
    expect(pace(['a'], progress({ a: 100, gone: 0 }))('a')).toBe(true)
  })

  it('in at least one case, whatever the watermarks', () => {
    const watermarks = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer(), { minKeys: 1 })
    fc.assert(
      fc.property(watermarks, fc.nat(), (known, drift) => {
        const splits = Object.keys(known)
        return splits.some(pace(splits, progress(known, drift)))
      }),
    )
  })
})
