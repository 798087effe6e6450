import { Encoder } from 'cbor-x'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CborReader } from '../../../../connectors/kinesis/cbor/cbor-reader.ts'
import { MemberName } from '../../../../connectors/kinesis/cbor/member-name.ts'
import { cborOf, choices } from './encoding.ts'

const read = (hex: string) => new CborReader(Buffer.from(hex, 'hex')).value()

describe('values of CBOR', () => {
  // RFC 8949, appendix A.
  test.each([
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['f90000', 0],
    ['f93c00', 1],
    ['f97bff', 65_504],
    ['f90001', 2 ** -24],
    ['f90400', 0.00006103515625],
    ['f9c400', -4],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['fa47c35000', 100_000],
    ['fb3ff199999999999a', 1.1],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', null],
    ['60', ''],
    ['62c3bc', 'ü'],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['a0', {}],
    ['80', []],
  ])('%s', (hex, value) => {
    expect(read(hex)).toEqual(value)
  })

  test('strings of bytes, whole and in pieces', () => {
    expect(read('4401020304')).toEqual(Buffer.of(1, 2, 3, 4))
    expect(read('5f42010243030405ff')).toEqual(Buffer.of(1, 2, 3, 4, 5))
  })

  test('tag 1 is a time in milliseconds, as Kinesis writes it; other tags are passed over', () => {
    expect(read('c11b0000019a9d3c8400')).toEqual(new Date(0x019a9d3c8400))
    expect(read('d82076687474703a2f2f7777772e6578616d706c652e636f6d')).toBe('http://www.example.com')
  })

  test('a member called __proto__ is a member', () => {
    const value = read('a1695f5f70726f746f5f5ff6') as object
    expect(Object.keys(value)).toEqual(['__proto__'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
  })

  test('what any encoder writes is read, and no byte after it', () => {
    const others = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false })
    const text = fc.string({ unit: 'grapheme' })
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.integer(),
        fc.double({ noNaN: true }).map((number) => number + 0),
        fc.boolean(),
        fc.constant(null),
        text,
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.array(tie('value')),
        fc.dictionary(text, tie('value')),
      ),
    }))
    fc.assert(
      fc.property(value, choices, (it, how) => {
        for (const bytes of [cborOf(it, how), others.encode(it)]) {
          const reader = new CborReader(Buffer.concat([bytes, Buffer.of(0)]))
          expect(reader.value()).toEqual(it)
          expect(reader.at).toBe(bytes.length)
        }
      }),
    )
  })
})

describe('bytes that are no CBOR', () => {
  test('any bytes at all give a value or a SyntaxError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
        try {
          new CborReader(Buffer.from(bytes)).value()
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
      { numRuns: 5000 },
    )
  })

  test.each([
    ['nothing', ''],
    ['a text longer than what follows', '7a7fffffff61'],
    ['an array of more items than there are bytes', '9b00ffffffffffffff00'],
    ['a length that does not exist', '7c'],
    ['a break that ends nothing', 'ff'],
    ['a simple value without a meaning', 'e0'],
    ['pieces in pieces', '7f7f6161ffff'],
    ['a text in pieces of bytes', '7f4161ff'],
    ['a member whose name is a number', 'a10000'],
    ['arrays in arrays for ever', '81'.repeat(100_000)],
    ['more items than any answer has', `9f${'f6'.repeat(200_000)}ff`],
  ])('%s is a SyntaxError', (_what, hex) => {
    expect(() => read(hex)).toThrow(SyntaxError)
  })
})

test('a name is found by all of its bytes', () => {
  const names = ['Data', 'SequenceNumber', 'EncryptionType'].map((name) => new MemberName(name))
  const which = (text: string, indefinite = false) =>
    new CborReader(cborOf(text, { wide: 0, indefinite })).oneOf(names)
  for (const [i, { text }] of names.entries()) {
    expect(which(text)).toBe(i)
    expect(which(text, true)).toBe(i)
    for (let at = 0; at < text.length; at++) {
      expect(which(`${text.slice(0, at)}_${text.slice(at + 1)}`)).toBe(-1)
    }
    expect(which(text.slice(1))).toBe(-1)
    expect(which(`${text}s`)).toBe(-1)
  }
})
