import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ZoneOffsets } from '../../src/time/zone-offsets.ts'

const hour = 3_600_000

describe('the offsets of a zone', () => {
  it('change to the millisecond when they change', () => {
    const change = Date.UTC(2024, 2, 31, 1)
    const berlin = new ZoneOffsets('Europe/Berlin')
    expect(berlin.at(change - 1)).toMatchObject({ offsetMs: hour, to: change })
    expect(berlin.at(change)).toMatchObject({ offsetMs: 2 * hour, from: change })
  })

  it('are those that a date names, whatever was asked before', () => {
    const kathmandu = new ZoneOffsets('Asia/Kathmandu')
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        const { from, to, offsetMs } = kathmandu.at(date.getTime())
        expect(from <= date.getTime() && date.getTime() < to).toBe(true)
        const name = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Kathmandu', timeZoneName: 'longOffset' })
        const [, minutes] = /GMT\+05:(\d\d)/.exec(name.format(date))!
        expect(offsetMs).toBe(5 * hour + Number(minutes) * 60_000)
      }),
    )
  })

  it('go on before and after the times that are known', () => {
    const newYork = new ZoneOffsets('America/New_York')
    expect(newYork.at(8.64e15).offsetMs).toBe(-5 * hour)
    expect(newYork.at(-8.64e15).offsetMs).toBeLessThan(-4 * hour)
  })

  it('are not known for a zone that is not', () => {
    expect(() => new ZoneOffsets('Mars/Olympus')).toThrow(RangeError)
  })
})
