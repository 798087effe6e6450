import { describe, expect, it, test } from 'vitest'
import { endOfPeriod, stepsOf } from '../../../../connectors/delivery/objects/time-period.ts'
import { timeText } from '../../../../connectors/delivery/objects/time-text.ts'
import { offsetIn } from '../../../../connectors/delivery/objects/time-zone.ts'

function endOf(pattern: string, time: string, zone = 'UTC'): string {
  const end = endOfPeriod(Date.parse(time), timeText(pattern, offsetIn(zone)), stepsOf([pattern])!)
  return new Date(end).toISOString().replace('.000Z', 'Z')
}

describe('the period that a time pattern names', () => {
  test.each([
    ['yyyy/MM/dd/HH', '2024-05-06T07:08:09Z', 'UTC', '2024-05-06T08:00:00Z'],
    ['yyyy/MM/dd/HH', '2024-05-06T07:00:00Z', 'Asia/Kolkata', '2024-05-06T07:30:00Z'],
    ['yyyy/MM/dd', '2024-05-06T07:08:09Z', 'UTC', '2024-05-07T00:00:00Z'],
    ['yyyy/MM/dd', '2024-03-31T00:30:00Z', 'Europe/Berlin', '2024-03-31T22:00:00Z'],
    ['yyyy/MM/dd/HH', '2024-10-27T00:30:00Z', 'Europe/Berlin', '2024-10-27T02:00:00Z'],
    ['yyyy/MM', '2024-02-29T12:00:00Z', 'America/New_York', '2024-03-01T05:00:00Z'],
    ['yyyy', '2024-02-29T12:00:00Z', 'UTC', '2025-01-01T00:00:00Z'],
    ['yyyy-DDD', '2024-12-31T12:00:00Z', 'UTC', '2025-01-01T00:00:00Z'],
    ['yyyy/MM/dd/hh-a', '2024-05-06T12:30:00Z', 'UTC', '2024-05-06T13:00:00Z'],
    ['yyyy/MM/dd/HH/mm', '2024-05-06T07:08:09Z', 'UTC', '2024-05-06T07:09:00Z'],
    ['yyyy/MM/dd/HH/mm/ss', '2024-05-06T07:08:09.5Z', 'UTC', '2024-05-06T07:08:10Z'],
  ])('%s of %s in %s ends at %s', (pattern, time, zone, end) => {
    expect(endOf(pattern, time, zone)).toBe(end)
  })

  test.each([
    'HH',
    'MM/dd',
    'yyyy/dd',
    'yyyy/MM/HH',
    'yyyy/MM/dd/hh',
    'yyyy/MM/dd/mm',
    'yyyy/MM/dd/HH/ss',
    'E',
  ])('%s comes again', (pattern) => expect(stepsOf([pattern])).toBeUndefined())

  it('may be named by several patterns together', () => {
    expect(stepsOf(["'year='yyyy", "'month='MM"])).toBeDefined()
  })
})
