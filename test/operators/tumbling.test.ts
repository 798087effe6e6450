import fc from 'fast-check'
import { aggregate, count, sliding, sum, tumbling, window } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'
import { byKey, readings, total, trialOf, windowsBy } from './windows/readings.ts'

const hour = 3_600_000
const day = 24 * hour

describe('tumbling windows', () => {
  const sizes = fc
    .record({ size: fc.integer({ min: 1, max: 25 }), offset: fc.nat({ max: 25 }) })
    .map(({ size, offset }) => ({ size, offset: offset % size }))

  it('give what each of them holds, however records come and whatever fails', () =>
    fc.assert(
      fc.asyncProperty(readings, sizes, manners, async (input, { size, offset }, manner) => {
        const rows = await rowsOf(trialOf(input), manner, (stream) =>
          byKey(stream).pipe(
            window(tumbling(`${size}ms`, { offset: `${offset}ms` })),
            aggregate('totals', { n: count(), amount: sum((reading) => reading.amount) }),
          ),
        )
        const expected = windowsBy(input, (time) => {
          const start = Math.floor((time - offset) / size) * size + offset
          return [{ start, end: start + size }]
        })
        expect(rows).toEqual(
          expected.map(({ key, start, end, amounts }) => ({
            key,
            window: { start, end },
            n: amounts.length,
            amount: total(amounts),
          })),
        )
      }),
      { numRuns: 40 },
    ))

  it('are refused without a length, in an unknown zone, or moved further than they are long', () => {
    expect(() => tumbling('0s')).toThrow('at least 1')
    expect(() => tumbling('1d', { zone: 'Europe/Atlantis' })).toThrow("the time zone 'Europe/Atlantis'")
    expect(() => tumbling('1h', { offset: '1h' })).toThrow('less than its step')
  })
})

/** What the clock of a zone shows, by another way than ours: a text such as `2024-03-31 02`. */
function clockOf(zone: string) {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
  })
  return (timestamp: number) => format.format(timestamp)
}

const zones = [
  ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Havana', 'America/Sao_Paulo'],
  ...['Asia/Kathmandu', 'Pacific/Apia', 'Africa/Casablanca', 'Asia/Tehran', 'UTC'],
]
const instants = fc.integer({ min: Date.UTC(1975, 0, 1), max: Date.UTC(2035, 0, 1) })

describe('days by the clock of a zone', () => {
  for (const zone of zones) {
    const days = tumbling('1d', { zone })
    const clock = clockOf(zone)
    const dateOf = (timestamp: number) => clock(timestamp).slice(0, 10)

    it(`hold one date in ${zone}, and all of it`, () =>
      fc.assert(
        fc.property(instants, (timestamp) => {
          const start = days.startOf(timestamp)
          const end = days.endOf(start)
          expect(start <= timestamp && timestamp < end).toBe(true)
          expect([start, end - 1].map(dateOf)).toEqual([dateOf(timestamp), dateOf(timestamp)])
          expect(dateOf(start - 1) < dateOf(start)).toBe(true)
          expect(dateOf(end) > dateOf(timestamp)).toBe(true)
          expect([days.startOf(start), days.startOf(end - 1), days.startOf(end)]).toEqual([start, start, end])
        }),
        { numRuns: 150 },
      ))
  }

  it.each([
    ['Europe/Berlin', '2024-03-31T12:00Z', 23],
    ['Europe/Berlin', '2024-10-27T12:00Z', 25],
    ['America/New_York', '2024-11-03T12:00Z', 25],
    ['Australia/Lord_Howe', '2024-04-06T20:00Z', 24.5],
    ['America/Havana', '2024-11-03T12:00Z', 25],
    ['America/Sao_Paulo', '2018-02-17T12:00Z', 25],
    ['America/Sao_Paulo', '2018-11-04T12:00Z', 23],
    ['Asia/Kathmandu', '2024-01-01T12:00Z', 24],
  ])('are as long as they are: %s %s', (zone, instant, hours) => {
    const days = tumbling('1d', { zone })
    const start = days.startOf(Date.parse(instant))
    expect((days.endOf(start) - start) / hour).toBe(hours)
  })

  it('skip the date that Samoa never had', () => {
    const days = tumbling('1d', { zone: 'Pacific/Apia' })
    const start = days.startOf(Date.UTC(2011, 11, 30, 9))
    expect(clockOf('Pacific/Apia')(start)).toBe('2011-12-29 00:00')
    expect(clockOf('Pacific/Apia')(days.endOf(start))).toBe('2011-12-31 00:00')
  })

  it('begin later by an offset of the clock', () => {
    const shifts = tumbling('1d', { zone: 'Europe/Berlin', offset: '6h' })
    const clock = clockOf('Europe/Berlin')
    const start = shifts.startOf(Date.UTC(2024, 2, 31, 0))
    expect([start, shifts.endOf(start)].map(clock)).toEqual(['2024-03-30 06:00', '2024-03-31 06:00'])
    expect(shifts.endOf(start) - start).toBe(23 * hour)
  })
})

describe('hours by the clock of a zone', () => {
  it('are hours, also the one that comes twice', () => {
    const hours = tumbling('1h', { zone: 'Europe/Berlin' })
    for (let start = Date.UTC(2024, 9, 26); start < Date.UTC(2024, 9, 28); start += hour) {
      expect([hours.startOf(start + 7), hours.endOf(start)]).toEqual([start, start + hour])
    }
    for (let start = Date.UTC(2024, 2, 30); start < Date.UTC(2024, 3, 1); start += hour) {
      expect([hours.startOf(start + 7), hours.endOf(start)]).toEqual([start, start + hour])
    }
  })

  it('begin where the clock shows it, for shifts of six hours', () => {
    const shifts = tumbling('6h', { zone: 'Europe/Berlin' })
    const clock = clockOf('Europe/Berlin')
    let start = shifts.startOf(Date.UTC(2024, 9, 26, 22))
    const bounds: string[] = []
    for (; start < Date.UTC(2024, 9, 27, 23); start = shifts.endOf(start)) bounds.push(clock(start).slice(11))
    expect(bounds).toEqual(['00:00', '06:00', '12:00', '18:00'])
  })

  it('lie side by side, whatever their size, wherever the clock is changed', () => {
    const sizes = fc.constantFrom(
      '7m',
      '20m',
      '45m',
      '1h',
      '90m',
      '5h',
      '12h',
      '7d',
      '30d',
    ) as fc.Arbitrary<'1h'>
    fc.assert(
      fc.property(fc.constantFrom(...zones), sizes, instants, (zone, size, timestamp) => {
        const { startOf, endOf } = tumbling(size, { zone })
        const start = startOf(timestamp)
        const end = tumbling(size, { zone }).endOf(start)
        expect(start <= timestamp && timestamp < end).toBe(true)
        expect([startOf(start), startOf(end - 1), startOf(end), endOf(start)]).toEqual([
          start,
          start,
          end,
          end,
        ])
      }),
      { numRuns: 300 },
    )
  })
})

describe('days with gaps between them by the clock of a zone', () => {
  it('are those that the calendar says', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...zones.filter((zone) => zone !== 'Pacific/Apia')),
        fc.constantFrom([1, 7], [2, 5], [3, 3]),
        instants,
        (zone, lengths, timestamp) => {
          const [size, slide] = lengths as [number, number]
          const windows = sliding(`${size}d`, `${slide}d`, { zone })
          const days = tumbling('1d', { zone })
          const number = Date.parse(`${clockOf(zone)(timestamp).slice(0, 10)}T00:00Z`) / day
          const found = windows.windowsOf(windows.slices.startOf(timestamp))
          expect(found.length).toBe(number % slide < size ? 1 : 0)
          for (const { start, end } of found) {
            expect(start <= timestamp && timestamp < end).toBe(true)
            expect([days.startOf(start), days.startOf(end)]).toEqual([start, end])
            const first = Date.parse(`${clockOf(zone)(start).slice(0, 10)}T00:00Z`) / day
            expect(first).toBe(number - (number % slide))
          }
        },
      ),
      { numRuns: 200 },
    ))
})

describe('sliding days by the clock of a zone', () => {
  it('are put together of whole days', () =>
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.constantFrom(0, 6), instants, (zone, offset, timestamp) => {
        const days = tumbling('1d', { zone, offset: `${offset}h` })
        const weeks = sliding('7d', '1d', { zone, offset: `${offset}h` })
        const slice = weeks.slices.startOf(timestamp)
        expect(slice).toBe(days.startOf(timestamp))
        const windows = weeks.windowsOf(slice)
        expect(windows.at(-1)!.start).toBe(slice)
        for (const { start, end } of windows) {
          expect(start <= timestamp && timestamp < end).toBe(true)
          expect([days.startOf(start), days.startOf(end)]).toEqual([start, end])
          expect(Math.abs(end - start - 7 * day)).toBeLessThanOrEqual(
            zone === 'Pacific/Apia' ? 25 * hour : hour,
          )
        }
      }),
      { numRuns: 200 },
    ))
})
