import { describe, expect, it } from 'vitest'
import { bytes, type Duration, milliseconds, type Size } from '../src/units.ts'

describe('a duration', () => {
  it.each<[Duration, number]>([
    ['500ms', 500],
    ['1.5s', 1_500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0s', 0],
  ])('of %s is %d ms', (duration, ms) => expect(milliseconds(duration)).toBe(ms))

  // To the compiler all of these are a number and a unit.
  it.each<Duration>(['10 s', ' 10s', '-1s', '1e3s', '0x10s', '.5s', '+1s'])(
    'of "%s", which the compiler lets pass, is refused',
    (duration) => expect(() => milliseconds(duration)).toThrow('is not a duration such as "30s"'),
  )
})

describe('a size', () => {
  it.each<[Size, number]>([
    ['1B', 1],
    ['64KiB', 65_536],
    ['1.5MiB', 1_572_864],
    ['1GiB', 1_073_741_824],
  ])('of %s is %d bytes', (size, expected) => expect(bytes(size)).toBe(expected))

  it.each<Size>(['128 MiB', '-1B', '1e3KiB'])('of "%s", which the compiler lets pass, is refused', (size) =>
    expect(() => bytes(size)).toThrow('is not a size such as "128MiB"'),
  )
})
