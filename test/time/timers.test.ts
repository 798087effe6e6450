import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Timers } from '../../src/time/timers.ts'

describe('timers', () => {
  it('give what is due, earliest first and each once, as a sorted list would', () => {
    const step = fc.oneof(
      fc.record({ add: fc.integer({ min: -50, max: 50 }) }),
      fc.record({ due: fc.integer({ min: -50, max: 50 }) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const timers = new Timers()
        let model: number[] = []
        for (const one of steps) {
          if ('add' in one) {
            timers.add(one.add)
            model = [...new Set([...model, one.add])].sort((a, b) => a - b)
          } else {
            const earliest = model[0]
            const due = earliest !== undefined && earliest <= one.due ? model.shift() : undefined
            expect(timers.takeDue(one.due)).toBe(due)
          }
          expect(timers.earliest).toBe(model[0])
        }
      }),
    )
  })
})
