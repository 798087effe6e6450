import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decideMerge } from '../../src/state/compaction.ts'

const layer = (sizeBytes: number) => ({ sizeBytes: sizeBytes * 2 ** 20, entries: sizeBytes * 1_000 })

describe('layers', () => {
  it('are merged from the first one on that the later ones have outgrown', () => {
    expect(decideMerge([layer(100), layer(10), layer(1)])).toBeUndefined()
    expect(decideMerge([layer(100), layer(10), layer(6), layer(4)])).toBe(1)
    expect(decideMerge([layer(100), layer(60), layer(40)])).toBe(0)
  })

  it('that say that much is deleted are merged, however few bytes that takes', () => {
    expect(decideMerge([layer(100), { sizeBytes: 2 ** 20, entries: 100_000 }])).toBe(0)
  })

  it('that are small are always one', () => {
    const small = { sizeBytes: 1_000, entries: 10 }
    expect(decideMerge([{ sizeBytes: 20_000, entries: 1_000 }, small])).toBe(0)
    expect(decideMerge([layer(100), small])).toBeUndefined()
    expect(decideMerge([small])).toBeUndefined()
  })

  it('stay few, and at most about twice as large as the first, however large checkpoints are', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { maxLength: 200, size: 'max' }), (sizes) => {
        let layers: ReturnType<typeof layer>[] = []
        for (const size of sizes) {
          layers.push(layer(size))
          const from = decideMerge(layers)
          if (from === undefined) continue
          const bytes = layers.slice(from).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
          layers = [...layers.slice(0, from), layer(bytes / 2 ** 20)]
          expect(layers.length).toBeLessThanOrEqual(10)
        }
        const total = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
        expect(total).toBeLessThanOrEqual(2 * (layers[0]?.sizeBytes ?? 0) + (layers.at(-1)?.sizeBytes ?? 0))
      }),
    )
  })
})
