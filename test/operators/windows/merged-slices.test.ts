import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MergedSlices } from '../../../operators/windows/merged-slices.ts'
import type { WindowContent } from '../../../operators/windows/window-content.ts'

/** Keeps what was merged in its order, and counts the merges. */
function listing() {
  const merges = { counted: 0 }
  const content: WindowContent<number[]> = {
    shape: 'list',
    create: () => [],
    add: (list, value) => list.push(value as number),
    merge: (list, other) => {
      merges.counted += 1
      list.push(...other)
    },
    results: (_key, _window, list) => list,
  }
  return { content, merges }
}

describe('slices that are merged', () => {
  it('hold together what each of them holds, in its order, whatever is asked and changed in between', () => {
    const action = fc.record({
      from: fc.integer({ min: -20, max: 20 }),
      length: fc.nat({ max: 30 }),
      changed: fc.integer({ min: -20, max: 40 }),
    })
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const slices = new Map<number, Map<string, number[]>>()
        const merged = new MergedSlices(listing().content, (number) => slices.get(number))
        for (const [index, { from, length, changed }] of actions.entries()) {
          const slice = slices.get(changed) ?? new Map([['a', []]])
          slice.get('a')!.push(index)
          slices.set(changed, slice)
          merged.forget(changed)
          const numbers = Array.from({ length }, (_, more) => from + more)
          const all = numbers.flatMap((number) => slices.get(number)?.get('a') ?? [])
          expect(new Map(merged.between(from, from + length).entries()).get('a') ?? []).toEqual(all)
        }
      }),
    )
  })

  it('cost a window of a thousand of them no more than twenty merges', () => {
    const { content, merges } = listing()
    const slices = new MergedSlices(content, (number) => new Map([['a', [number]]]))
    const windows = 1000
    for (let window = 0; window < windows; window += 1) slices.between(window, window + 1000)
    expect(merges.counted / windows).toBeLessThan(20)
  })

  it('keep no more parts than the windows to come need, also where slices are few', () => {
    const slices = new MergedSlices(listing().content, (number) =>
      number % 97 === 0 ? new Map([['a', [number]]]) : undefined,
    )
    for (let window = 0; window < 20_000; window += 10) {
      slices.forgetBefore(window)
      slices.between(window, window + 100)
      expect(slices.size).toBeLessThan(250)
    }
  })
})
