import { describe, expect, it } from 'vitest'
import type { SplitProgressFacts } from '../../src/runtime/stall.ts'
import { Watchdog } from '../../src/runtime/watchdog.ts'

const limits = { fetched: 100, emitted: 200, acknowledged: 300 }

function facts(more: Partial<SplitProgressFacts> = {}): SplitProgressFacts {
  return { counts: { fetched: 0, emitted: 0, acknowledged: 0 }, ready: false, heldBy: undefined, ...more }
}

/** What is told of one split that looks the same at all these times. */
function told(split: SplitProgressFacts, times: readonly number[]) {
  const watchdog = new Watchdog()
  return times.map((time) => watchdog.look(new Map([['s', split]]), limits, time).get('s'))
}

describe('a split stalls', () => {
  it('when no fetch settles for as long as one may take', () => {
    expect(told(facts(), [0, 99, 100])).toEqual([undefined, undefined, { clock: 'fetched', forMs: 100 }])
  })

  it('when what was fetched is not handed over', () => {
    expect(told(facts({ ready: true }), [0, 199, 210])).toEqual([
      undefined,
      undefined,
      { clock: 'emitted', forMs: 210 },
    ])
  })

  it('when what was handed over comes into no checkpoint, though it goes on otherwise', () => {
    const watchdog = new Watchdog()
    const look = (time: number) =>
      watchdog
        .look(
          new Map([['s', facts({ counts: { fetched: time, emitted: 1 + time, acknowledged: 0 } })]]),
          limits,
          time,
        )
        .get('s')
    expect([0, 90, 180, 270, 300].map(look)).toEqual([
      ...Array(4).fill(undefined),
      { clock: 'acknowledged', forMs: 300 },
    ])
  })

  it('again only after as long again', () => {
    const clocks = told(facts(), [0, 100, 150, 199, 200]).map((stall) => stall?.clock)
    expect(clocks).toEqual([undefined, 'fetched', undefined, undefined, 'fetched'])
  })
})

describe('a split does not stall', () => {
  it.each(['event time', 'sinks', 'bytes ahead', 'throttling'])('while it is held by %s', (heldBy) => {
    for (const ready of [true, false]) {
      expect(told(facts({ ready, heldBy }), [0, 1_000, 100_000])).toEqual(Array(3).fill(undefined))
    }
  })

  it('as long as the clock moves, however late', () => {
    const watchdog = new Watchdog()
    for (let fetched = 0; fetched < 50; fetched += 1) {
      const counts = { fetched, emitted: fetched, acknowledged: fetched }
      expect(watchdog.look(new Map([['s', facts({ counts })]]), limits, fetched * 99).size).toBe(0)
    }
  })

  it('for the time before it was held, nor for that of another split', () => {
    const watchdog = new Watchdog()
    const look = (name: string, heldBy: string | undefined, time: number) =>
      watchdog.look(new Map([[name, facts({ heldBy })]]), limits, time).size
    expect([look('a', undefined, 0), look('a', 'sinks', 90), look('a', undefined, 180)]).toEqual([0, 0, 0])
    expect(look('b', undefined, 300)).toBe(0)
  })
})
