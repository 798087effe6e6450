import { create } from '@bufbuild/protobuf'
import { BytesValueSchema, ListValueSchema, StringValueSchema, TimestampSchema } from '@bufbuild/protobuf/wkt'
import fc from 'fast-check'
import { protobuf } from 'millrace/codecs/protobuf'
import { describe, expect, it } from 'vitest'

describe('protobuf', () => {
  it('reads the bytes of the encoding’s own documentation', () => {
    expect(protobuf(TimestampSchema).decode(new Uint8Array([0x08, 0x96, 0x01])).seconds).toBe(150n)
    const testing = new Uint8Array([0x0a, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67])
    expect(protobuf(StringValueSchema).decode(testing).value).toBe('testing')
  })

  it('gives back what it encoded', () => {
    const format = protobuf(TimestampSchema)
    const seconds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    fc.assert(
      fc.property(seconds, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (seconds, nanos) => {
        const message = create(TimestampSchema, { seconds, nanos })
        expect(format.decode(format.encode(message))).toEqual(message)
      }),
    )
  })

  it('keeps nothing of the bytes that it is given', () => {
    const data = protobuf(BytesValueSchema).encode(
      create(BytesValueSchema, { value: new Uint8Array([1, 2]) }),
    )
    const { value } = protobuf(BytesValueSchema).decode(data)
    data.fill(9)
    expect([...value]).toEqual([1, 2])
  })

  it('keeps fields that its schema does not know', () => {
    const format = protobuf(StringValueSchema)
    const data = new Uint8Array([0x0a, 0x01, 0x61, 0x10, 0x05])
    expect([...format.encode(format.decode(data))]).toEqual([...data])
  })

  it('refuses messages in messages that go on and on with an error', () => {
    // A list of a list of a list …: each level is a field of a length around the rest.
    let nested = Buffer.alloc(0)
    const around = (field: number, inner: Buffer) => {
      const length: number[] = []
      for (let rest = inner.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest)
        if (rest <= 127) break
      }
      return Buffer.concat([Buffer.from([(field << 3) | 2, ...length]), inner])
    }
    for (let level = 0; level < 20_000; level += 1) nested = around(1, around(6, nested))
    try {
      protobuf(ListValueSchema).decode(nested)
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
  })

  it('refuses bytes that mean nothing with an error, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        try {
          protobuf(ListValueSchema).decode(data)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
  })
})
