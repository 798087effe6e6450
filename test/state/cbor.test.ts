import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCbor, encodeCbor } from '../../src/state/cbor.ts'

const there = (value: unknown) => decodeCbor(encodeCbor(value))

describe('CBOR', () => {
  it.each([
    ['NaN', Number.NaN],
    ['infinities', [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ['numbers beyond 32 and 53 bits', [2 ** 32, -(2 ** 32) - 1, 2 ** 53, 2 ** 60, 1e300, 5e-324]],
    ['bigints beyond 64 bits', [0n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 64n), 2n ** 200n]],
    ['a date', new Date(978_307_200_123)],
    [
      'a map',
      new Map<unknown, unknown>([
        ['a', 1],
        [2, 'b'],
      ]),
    ],
    ['a set', new Set([1, 'a'])],
    ['nothing, in places', [undefined, null, { a: undefined }]],
    ['what is nested', { a: [{ b: { c: [[1.5], 'ü😀'] } }], '1': true }],
    ['text that looks like more', ['\u0000', '__proto', '1']],
  ])('gives back %s', (_name, value) => expect(there(value)).toEqual(value))

  it('gives back bytes as bytes of their own', () => {
    const bytes = there({ bytes: Uint8Array.of(1, 2, 3) }) as { bytes: Uint8Array }
    expect([...bytes.bytes]).toEqual([1, 2, 3])
  })

  it('gives back bytes as bytes, also from a Buffer', () => {
    const bytes = decodeCbor(Buffer.from(encodeCbor([Uint8Array.of(1, 2, 3), Buffer.of(4)])))
    expect(bytes).toStrictEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)])
  })

  it('gives back whatever is made of numbers, well-formed text, arrays and objects', () => {
    const text = fc.string({ unit: 'grapheme' })
    const leaf = fc.oneof(
      fc.double().map((number) => (Object.is(number, -0) ? 0 : number)),
      fc.integer(),
      fc.bigInt(),
      fc.boolean(),
      fc.constant(null),
      text,
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        leaf,
        fc.array(tie('value')),
        fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          tie('value'),
        ),
      ),
    }))
    fc.assert(
      fc.property(value, (one) => {
        expect(there({ one })).toEqual({ one })
      }),
    )
  })

  it('refuses bytes that end too soon, whatever was decoded before', () => {
    const whole = encodeCbor([1, 'a text', 2])
    decodeCbor(whole)
    for (let length = 0; length < whole.length; length += 1) {
      expect(() => decodeCbor(whole.subarray(0, length))).toThrow()
    }
  })
})
