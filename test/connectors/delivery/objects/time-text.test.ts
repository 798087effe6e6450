import { describe, expect, it, test } from 'vitest'
import { timeText } from '../../../../connectors/delivery/objects/time-text.ts'
import { offsetIn } from '../../../../connectors/delivery/objects/time-zone.ts'

const at = (text: string) => Date.parse(text)
const inUtc = (pattern: string, time: string) => timeText(pattern, offsetIn('UTC'))(at(time))

describe('a time pattern', () => {
  test.each([
    ['yyyy/MM/dd/HH', '2001/02/03/04'],
    ['yy y uuuu yyyyyy', '01 2001 2001 002001'],
    ['M L MM MMM MMMM MMMMM', '2 2 02 Feb February F'],
    ['d dd D DDD', '3 03 34 034'],
    ['E EEE EEEE EEEEE', 'Sat Sat Saturday S'],
    ['H k h K a mm ss', '4 4 4 4 AM 05 06'],
    ['S SSS SSSSSS', '0 078 078000'],
    ['Q QQ QQQ QQQQ', '1 01 Q1 1st quarter'],
    ['x xx xxx X XXX Z', '+00 +0000 +00:00 Z Z +0000'],
    ["'day='dd'T'HH", 'day=03T04'],
    ["HH 'o''clock' ''", "04 o'clock '"],
  ])('%s is written as Java writes it', (pattern, text) => {
    expect(inUtc(pattern, '2001-02-03T04:05:06.078Z')).toBe(text)
  })

  test.each([
    ['2001-02-03T00:30:00Z', '24 12 0 AM'],
    ['2001-02-03T12:30:00Z', '12 12 0 PM'],
    ['2001-02-03T23:30:00Z', '23 11 11 PM'],
  ])('knows the hours of %s', (time, text) => expect(inUtc('k h K a', time)).toBe(text))

  test.each([
    ['YYYY', 'write yyyy for the year'],
    ['yyyy-ww', 'has w, which is not supported'],
    ['ddd', 'has ddd, which is too long'],
    ['[HH]', 'has [, which must be quoted'],
    ["HH 'open", "has ', which must be quoted"],
  ])('%s is refused', (pattern, words) => {
    expect(() => inUtc(pattern, '2001-02-03')).toThrow(words)
  })

  it('shows the clock of a zone, in summer and in winter', () => {
    const berlin = timeText('yyyy-MM-dd HH:mm XXX', offsetIn('Europe/Berlin'))
    expect(berlin(at('2001-06-30T22:30:00Z'))).toBe('2001-07-01 00:30 +02:00')
    expect(berlin(at('2001-12-31T22:30:00Z'))).toBe('2001-12-31 23:30 +01:00')
    const kathmandu = timeText('HH:mm', offsetIn('Asia/Kathmandu'))
    expect(kathmandu(at('2001-01-01T00:00:00Z'))).toBe('05:45')
    expect(timeText('HH:mm:ss', offsetIn('Europe/Amsterdam'))(at('1900-01-01T00:00:00Z'))).toMatch(/^00:/)
  })

  it('gives the same for every instant, also of those that it remembers', () => {
    const [text, zone] = [timeText('dd HH:mm', offsetIn('Australia/Lord_Howe')), 'Australia/Lord_Howe']
    const reference = new Intl.DateTimeFormat('en-GB', {
      ...{ timeZone: zone, day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
    })
    for (let time = at('2024-04-06T12:00:00Z'); time < at('2024-04-06T18:00:00Z'); time += 97_000) {
      expect(text(time)).toBe(reference.format(time).replace(',', '').replace(' at', ''))
      expect(text(time + 1)).toBe(text(time + 1))
    }
  })

  it('needs a time that is a date', () => {
    expect(() => inUtc('yyyy', 'never')).toThrow('is no date')
  })

  it('needs a zone that there is', () => {
    expect(() => offsetIn('Mars/Olympus')).toThrow('OPTION_INVALID: timeZone "Mars/Olympus" is no time zone')
  })
})
