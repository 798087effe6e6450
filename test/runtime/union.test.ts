import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Element } from '../../src/contract/element.ts'
import { Union } from '../../src/runtime/union.ts'
import { endOfTime } from '../../src/time/end-of-time.ts'

function unionOf(inputs: number) {
  const out: Element<unknown>[] = []
  return { union: new Union(inputs, (element) => out.push(element)), out }
}

describe('a union', () => {
  it('says by which input records came', () => {
    const { union, out } = unionOf(2)
    union.take(1, { kind: 'batch', split: 's', values: [7], timestamps: [1] })
    expect(out).toEqual([{ kind: 'batch', split: 's', values: [7], timestamps: [1], input: 1 }])
  })

  it('passes a barrier on when it has come by every input, each time', () => {
    const { union, out } = unionOf(3)
    for (const epoch of [1, 2]) for (const input of [2, 0, 1]) union.take(input, { kind: 'barrier', epoch })
    expect(out).toEqual([
      { kind: 'barrier', epoch: 1 },
      { kind: 'barrier', epoch: 2 },
    ])
  })

  it('lets an input that has ended hold nobody back, and ends when all have', () => {
    const { union, out } = unionOf(2)
    union.take(0, { kind: 'watermark', timestamp: 5 })
    union.take(1, { kind: 'end' })
    union.take(0, { kind: 'watermark', timestamp: 9 })
    union.take(0, { kind: 'end' })
    expect(out).toEqual([
      { kind: 'watermark', timestamp: 5 },
      { kind: 'watermark', timestamp: 9 },
      { kind: 'end' },
    ])
  })

  it('tells a time once, whichever inputs tell it', () => {
    const { union, out } = unionOf(2)
    for (const input of [0, 1]) union.take(input, { kind: 'tick', now: 4 })
    expect(out).toEqual([{ kind: 'tick', now: 4 }])
  })

  it('has the least watermark of its inputs, which never goes back', () => {
    const step = fc.record({
      input: fc.integer({ min: 0, max: 2 }),
      timestamp: fc.integer({ min: 0, max: 50 }),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const { union, out } = unionOf(3)
        const reached = [-1, -1, -1]
        for (const { input, timestamp } of steps) {
          union.take(input, { kind: 'watermark', timestamp })
          reached[input] = Math.max(reached[input]!, timestamp)
          const told = out.flatMap((element) => (element.kind === 'watermark' ? element.timestamp : []))
          expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
          const least = Math.min(...reached)
          expect(told.at(-1) ?? -1).toBe(least)
        }
        expect(out.every((element) => element.kind === 'watermark' && element.timestamp < endOfTime)).toBe(
          true,
        )
      }),
    )
  })
})
