import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareKeys, type Key } from '../../src/state/key.ts'
import { KeyedTimers } from '../../src/state/keyed-timers.ts'

const key: fc.Arbitrary<Key> = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('0', 'a'),
  fc.bigInt(0n, 2n),
)

it('fires what was added and not deleted, in the order of time and of keys, over a snapshot too', () => {
  const step = fc.tuple(fc.constantFrom('add', 'add', 'delete'), key, fc.integer({ min: 0, max: 9 }))
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 0, max: 9 }), (steps, watermark) => {
      const before = new KeyedTimers()
      const expected = new Map<string, [Key, number]>()
      for (const [what, key, time] of steps) {
        const name = `${typeof key} ${key} ${time}`
        if (what === 'add') expected.set(name, [key, time])
        else expected.delete(name)
        before[what as 'add' | 'delete'](key, time)
      }
      const timers = new KeyedTimers()
      for (const key of new Set(steps.map(([, one]) => one)))
        for (const time of before.timesOf(key)) timers.add(key, time)
      const fired: [Key, number][] = []
      for (let due = timers.takeDue(watermark); due !== undefined; due = timers.takeDue(watermark)) {
        for (const key of due.keys) fired.push([key, due.time])
      }
      const left = [...expected.values()].map(([, time]) => time).filter((time) => time > watermark)
      expect(timers.earliest).toBe(left.length === 0 ? undefined : Math.min(...left))
      const order = ([a, s]: [Key, number], [b, t]: [Key, number]) => s - t || compareKeys(a, b)
      expect(fired).toEqual([...expected.values()].filter(([, time]) => time <= watermark).sort(order))
    }),
  )
})
