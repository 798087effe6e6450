import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'
import { isPlainData, unkeepable } from '../../src/state/plain-data.ts'

/** The decoder renames `__proto__`, so that data cannot change what objects are. */
const key = fc.string().filter((name) => name !== '__proto__')

/** Some thousand years from now CBOR rounds dates to another millisecond. */
const date = fc.date({ min: new Date(-1e13), max: new Date(1e13), noInvalidDate: true })
const data = fc.oneof(
  fc.anything({ key, withMap: true, withSet: true, withBigInt: true }),
  fc.record({ at: date, all: fc.array(date) }),
)

class Names extends Array<string> {}
class Day extends Date {}
class Prices extends Map<string, number> {}
class Seen extends Set<string> {}

describe('plain data', () => {
  it('is what comes back from a checkpoint as it was', () =>
    fc.assert(
      fc.property(data, (value) => {
        expect(isPlainData(value)).toBe(true)
        expect(withoutZeroSigns(decodeCbor(encodeCbor(value)))).toEqual(withoutZeroSigns(value))
      }),
    ))

  it.each([
    [{ a: [{ b: () => 1 }] }, 'a.0.b', 'a function'],
    [new Map([[{ x: Symbol('x') }, 1]]), 'a key.x', 'a symbol'],
    [new Set([new URL('http://localhost')]), 'a member', 'an object of the class URL'],
    [/x/, '', 'an object of the class RegExp'],
    [[new DataView(new ArrayBuffer(1))], '0', 'an object of the class DataView'],
    [[new Names()], '0', 'an object of the class Names'],
    [{ days: [new Day()] }, 'days.0', 'an object of the class Day'],
    [[new Prices()], '0', 'an object of the class Prices'],
    [{ seen: new Seen() }, 'seen', 'an object of the class Seen'],
  ])('is not %o', (value, path, kind) => {
    expect(isPlainData(value)).toBe(false)
    expect(unkeepable(value)).toEqual({ path, kind })
  })
})

/** CBOR keeps -0 as 0, which is the same number. */
function withoutZeroSigns(value: unknown): string {
  return JSON.stringify(value, (_key, part) => (typeof part === 'bigint' ? `${part}n` : part))
}
