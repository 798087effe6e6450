import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChunkFacts, chunksToFold } from '../../../../connectors/delivery/objects/chunk-fold.ts'

const alive = (rows: number, full = false) => ({ rows, liveRows: rows, full })

describe('folding chunks', () => {
  test('a chunk much larger than the fresh rows is kept', () => {
    expect(chunksToFold([alive(1000)], 10)).toEqual(new Set())
  })

  test('a chunk about as large as the fresh rows is folded', () => {
    expect(chunksToFold([alive(1000), alive(15)], 10)).toEqual(new Set([1]))
  })

  test('folding small chunks can make a larger one worth folding', () => {
    expect(chunksToFold([alive(1000), alive(30), alive(15)], 10)).toEqual(new Set([1, 2]))
  })

  test('a chunk that is mostly dead is folded, and one that is all dead is dropped', () => {
    const chunks = [
      { rows: 1000, liveRows: 499, full: true },
      { rows: 1000, liveRows: 0, full: false },
    ]
    expect(chunksToFold(chunks, 10)).toEqual(new Set([0, 1]))
    expect(chunksToFold(chunks.slice(1), 0)).toEqual(new Set([0]))
  })

  test('a full chunk that is alive is kept, however much comes', () => {
    expect(chunksToFold([alive(1000, true), alive(10)], 5000)).toEqual(new Set([1]))
  })

  test('without fresh or dead rows nothing is written again', () => {
    expect(chunksToFold([alive(4), alive(2), alive(1)], 0)).toEqual(new Set())
  })

  test('few chunks remain, and each row is written few times', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 200, maxLength: 200 }),
        (steps) => {
          let chunks: ChunkFacts[] = []
          let written = 0
          for (const fresh of steps) {
            const folded = chunksToFold(chunks, fresh)
            const rows =
              fresh + chunks.reduce((sum, { rows }, index) => (folded.has(index) ? sum + rows : sum), 0)
            written += rows
            chunks = [...chunks.filter((_, index) => !folded.has(index)), alive(rows)]
          }
          const total = steps.reduce((sum, fresh) => sum + fresh, 0)
          expect(chunks.length).toBeLessThan(30)
          expect(written).toBeLessThan(total * 20)
        },
      ),
    )
  })
})
