import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Element } from '../../src/contract/element.ts'
import { BatchingOutput } from '../../src/runtime/batching-output.ts'

describe('a batching output', () => {
  it('keeps everything in order, in batches of at most 1024', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 6 }), (runs) => {
        const left: Element<unknown>[] = []
        const output = new BatchingOutput((element) => left.push(element))
        const expected: unknown[] = []
        for (const [time, records] of runs.entries()) {
          for (let record = 0; record < records; record += 1) {
            output.process(`${time}.${record}`, time)
            expected.push(`${time}.${record}`)
          }
          output.send({ kind: 'watermark', timestamp: time })
          expected.push(time)
        }
        const flat = left.flatMap((element): readonly unknown[] =>
          element.kind === 'batch' ? element.values : element.kind === 'watermark' ? [element.timestamp] : [],
        )
        expect(flat).toEqual(expected)
        for (const element of left) {
          if (element.kind !== 'batch') continue
          expect(element.values.length).toBeGreaterThan(0)
          expect(element.values.length).toBeLessThanOrEqual(1024)
          expect(element.timestamps).toHaveLength(element.values.length)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('gives each batch the split that it was made of', () => {
    const splits: unknown[] = []
    const output = new BatchingOutput((element) => splits.push(element.kind === 'batch' && element.split))
    output.split = 'a'
    output.process(1, 1)
    output.flush()
    output.flush()
    output.split = undefined
    output.process(2, 2)
    output.flush()
    expect(splits).toEqual(['a', undefined])
  })
})
