import { describe, expect, it } from 'vitest'
import { Meter } from '../../src/runtime/meter.ts'

describe('a meter', () => {
  it('adds up each counter, by one or by more, and gives a copy', () => {
    const meter = new Meter()
    meter.count('late')
    meter.count('late', 4)
    const before = meter.counters()
    meter.count('throttled', 0)
    expect(before).toEqual({ late: 5 })
    expect(meter.counters()).toEqual({ late: 5, throttled: 0 })
  })
})
