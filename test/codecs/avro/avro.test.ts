import fc from 'fast-check'
import { MillraceError } from 'millrace'
import { avro } from 'millrace/codecs/avro'
import { describe, expect, it } from 'vitest'
import { decodeCbor, encodeCbor } from '../../../src/state/cbor.ts'

const order = {
  type: 'record',
  name: 'Order',
  fields: [
    { name: 'id', type: 'string' },
    { name: 'cents', type: 'long' },
    { name: 'rate', type: 'double' },
    { name: 'paid', type: 'boolean' },
    { name: 'coupon', type: ['null', 'string'], default: null },
    { name: 'raw', type: 'bytes' },
    { name: 'hash', type: { type: 'fixed', name: 'Hash', size: 2 } },
    { name: 'kind', type: { type: 'enum', name: 'Kind', symbols: ['A', 'B'] } },
    { name: 'lines', type: { type: 'array', items: 'int' } },
    { name: 'tags', type: { type: 'map', values: 'float' } },
    { name: 'maybe', type: ['null', 'long'], default: null },
    { name: 'before', type: ['null', 'Order'], default: null },
  ],
}

const buffer = (size: fc.IntArrayConstraints) => fc.uint8Array(size).map((bytes) => Buffer.from(bytes))
const { tree: orders } = fc.letrec((tie) => ({
  tree: fc.record({
    id: fc.string({ unit: 'grapheme' }),
    cents: fc.maxSafeInteger(),
    rate: fc.double({ noNaN: true }),
    paid: fc.boolean(),
    coupon: fc.option(fc.string({ unit: 'grapheme' })),
    raw: buffer({ maxLength: 9 }),
    hash: buffer({ minLength: 2, maxLength: 2 }),
    kind: fc.constantFrom('A', 'B'),
    lines: fc.array(fc.integer()),
    tags: fc.dictionary(
      fc.string({ unit: 'grapheme' }).filter((key) => key !== '__proto__'),
      fc.float({ noNaN: true }),
      {
        noNullPrototype: true,
      },
    ),
    maybe: fc.option(fc.maxSafeInteger()),
    before: fc.option(tie('tree'), { depthSize: 'small', maxDepth: 2 }),
  }),
}))

describe('avro', () => {
  it('reads the bytes of the specification', () => {
    const test = {
      type: 'record',
      name: 'test',
      fields: [
        { name: 'a', type: 'long' },
        { name: 'b', type: 'string' },
      ],
    }
    expect(avro(test).decode(new Uint8Array([0x36, 0x06, 0x66, 0x6f, 0x6f]))).toEqual({ a: 27, b: 'foo' })
    const longs = JSON.stringify({ type: 'array', items: 'long' })
    expect(avro(longs).decode(new Uint8Array([0x04, 0x06, 0x36, 0x00]))).toEqual([3, 27])
    expect(avro(longs).decode(new Uint8Array([0x03, 0x04, 0x06, 0x36, 0x00]))).toEqual([3, 27])
  })

  it('gives back what it encoded, which state can hold', () => {
    const format = avro<unknown>(order)
    fc.assert(
      fc.property(orders, (value) => {
        const back = format.decode(format.encode(value))
        expect(back).toEqual(value)
        expect(Object.keys(decodeCbor(encodeCbor(back)) as object)).toEqual(Object.keys(value as object))
      }),
    )
  })

  it('reads what was written with another schema', () => {
    const older = { type: 'record', name: 'P', fields: [{ name: 'x', type: 'int' }] }
    const newer = { ...older, fields: [...older.fields, { name: 'y', type: 'int', default: 7 }] }
    const data = avro<{ x: number }>(older).encode({ x: 5 })
    expect(avro(newer, { writer: older }).decode(data)).toEqual({ x: 5, y: 7 })
    expect(() => avro('"int"', { writer: older })).toThrow(MillraceError)
  })

  it('reads long numbers exactly, or not at all', () => {
    const long = avro<number>('"long"')
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const data: number[] = []
        for (let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)); ; rest >>= 7n) {
          data.push(Number(rest & 127n) | (rest > 127n ? 128 : 0))
          if (rest <= 127n) break
        }
        const decode = () => long.decode(new Uint8Array(data))
        if (Number.isSafeInteger(Number(value))) expect(BigInt(decode())).toBe(value)
        else expect(decode).toThrow(`the long ${value} is no exact number`)
      }),
    )
    expect(avro<number>('"long"', { writer: '"int"' }).decode(new Uint8Array([54]))).toBe(27)
    const asDouble = avro<number>('"double"', { writer: '"long"' })
    const below = 2 ** 52 - 1
    expect([below, -below].map((value) => asDouble.decode(long.encode(value)))).toEqual([below, -below])
    for (const value of [below + 1, -below - 1, -below - 2])
      expect(() => asDouble.decode(long.encode(value))).toThrow('too great')
  })

  it('keeps nothing of the bytes that it is given', () => {
    const data = avro<Buffer>('"bytes"').encode(Buffer.from([1, 2]))
    const back = avro<Buffer>('"bytes"').decode(data)
    data.fill(9)
    expect([...back]).toEqual([1, 2])
  })

  it.each([
    // A block of 2^33 items, and 2^20 blocks of as many items without bytes as there are bytes.
    ['"int"', [0x80, 0x80, 0x80, 0x80, 0x40]],
    ['"null"', Array.from({ length: 99 }, () => 0x20)],
  ])('refuses data that claims more items of %s than it has bytes', (items, data) => {
    const arrays = avro(`{"type":"array","items":${items}}`)
    expect(() => arrays.decode(new Uint8Array(data))).toThrow('more items than it has bytes')
    const maps = avro(`{"type":"map","values":${items}}`)
    expect(() => maps.decode(new Uint8Array([0x80, 0x80, 0x80, 0x80, 0x40]))).toThrow('more items')
  })

  it('refuses a key that an object of JavaScript cannot have', () => {
    const maps = avro('{"type":"map","values":"int"}')
    const data = Buffer.concat([Buffer.from([2, 18]), Buffer.from('__proto__'), Buffer.from([2, 0])])
    expect(() => maps.decode(data)).toThrow('the key "__proto__"')
  })

  it('refuses what goes on and on with an error', () => {
    const endless = { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] }
    expect(() => avro(endless).decode(new Uint8Array(200_000).fill(2))).toThrow(Error)
  })

  it('refuses schemas that are none, and values that are not of the schema', () => {
    expect(() => avro({ type: 'nothing' })).toThrow(MillraceError)
    expect(() => avro('{')).toThrow(MillraceError)
    expect(() => avro('"int"').encode('x')).toThrow(MillraceError)
  })

  it('refuses bytes that mean nothing with an error, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        try {
          avro(order).decode(data)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})
