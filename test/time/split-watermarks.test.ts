import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { beginningOfTime } from '../../src/time/end-of-time.ts'
import { SplitWatermarks } from '../../src/time/split-watermarks.ts'

/*
 * A picture has a track for each split and a column for each step: `(` opens the split, `)` closes it, a number is a
 * record of that event time, `i6` finds it empty when the source's clock shows 6, `.` is nothing. The answer is the
 * common watermark after each step, `-` as long as there is none. Nothing is out of order: a record of 5 gives 4. An
 * empty split follows the clock 2 behind.
 */
function play(picture: Readonly<Record<string, string>>): string {
  const watermarks = new SplitWatermarks(0, 2)
  const tracks = Object.entries(picture).map(([split, track]) => [split, track.trim().split(/\s+/)] as const)
  const shown: string[] = []
  for (let step = 0; step < tracks[0]![1].length; step += 1) {
    for (const [split, marks] of tracks) {
      const mark = marks[step]!
      if (mark === '(') watermarks.mark({ kind: 'split', split, state: 'opened' })
      else if (mark === ')') watermarks.mark({ kind: 'split', split, state: 'closed' })
      else if (mark[0] === 'i')
        watermarks.mark({ kind: 'split', split, state: 'idle', serverTime: Number(mark.slice(1)) })
      else if (mark !== '.') watermarks.observe(split, Number(mark))
    }
    const current = watermarks.current()
    shown.push(current === beginningOfTime ? '-' : String(current))
  }
  return shown.join(' ')
}

describe('the common watermark', () => {
  it('is the least of all splits', () => {
    expect(
      play({
        a: '( 5 . 7 . 9',
        b: '( . 3 . 8 .',
      }),
    ).toBe('- - 2 2 6 7')
  })

  it('stands still while a split is not read: it was paused, not quiet', () => {
    expect(
      play({
        a: '( 5 7 9',
        b: '( 3 . .',
      }),
    ).toBe('- 2 2 2')
  })

  it('follows the clock of the source in a split that is empty', () => {
    expect(
      play({
        a: '( 5 9 . . .',
        b: '( 3 i6 i9 . 8',
      }),
    ).toBe('- 2 3 6 6 7')
  })

  it('never goes back, whatever a split brings', () => {
    expect(
      play({
        a: '( 7 3 i1 .',
        b: '( 9 . . 2',
      }),
    ).toBe('- 6 6 6 6')
  })

  it('waits for a split that opens, but does not go back for it', () => {
    expect(
      play({
        a: '( 5 8 . 9',
        b: '. . ( 6 8',
      }),
    ).toBe('- 4 4 5 7')
  })

  it('goes from parent to children without a gap when they open before it closes', () => {
    expect(
      play({
        parent: '( 5 . ) . .',
        other_: '( 9 . . . .',
        child_: '. . ( . 6 8',
      }),
    ).toBe('- 4 4 4 5 7')
  })

  it('stays where it is when no split is open', () => {
    expect(play({ a: '( 5 ) . (' })).toBe('- 4 4 4 4')
  })

  it('takes up where it left off', () => {
    const before = new SplitWatermarks(0, 2)
    before.mark({ kind: 'split', split: 'a', state: 'opened' })
    before.mark({ kind: 'split', split: 'b', state: 'opened' })
    before.observe('a', 9)
    before.observe('b', 5)
    const after = new SplitWatermarks(0, 2)
    after.restore(before.entries(), before.current())
    after.mark({ kind: 'split', split: 'a', state: 'opened' })
    after.mark({ kind: 'split', split: 'b', state: 'opened' })
    expect(after.current()).toBe(4)
    after.observe('b', 20)
    expect(after.current()).toBe(8)
  })

  it('is monotone, and never past what an open split may still bring, whatever happens', () => {
    const step = fc.record({
      split: fc.constantFrom('a', 'b', 'c'),
      what: fc.constantFrom('opened', 'closed', 'idle', 'record'),
      time: fc.integer({ min: 0, max: 1000 }),
    })
    fc.assert(
      fc.property(fc.array(step), fc.integer({ min: 0, max: 50 }), (steps, outOfOrderMs) => {
        const watermarks = new SplitWatermarks(outOfOrderMs, outOfOrderMs)
        let last = watermarks.current()
        for (const { split, what, time } of steps) {
          if (what === 'record') watermarks.observe(split, time)
          else if (what === 'idle') watermarks.mark({ kind: 'split', split, state: what, serverTime: time })
          else watermarks.mark({ kind: 'split', split, state: what as 'opened' })
          const current = watermarks.current()
          expect(current).toBeGreaterThanOrEqual(last)
          if (current > last) {
            for (const [, watermark] of watermarks.entries())
              expect(watermark).toBeGreaterThanOrEqual(current)
          }
          last = current
        }
      }),
    )
  })
})
