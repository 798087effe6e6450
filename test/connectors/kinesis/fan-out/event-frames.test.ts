import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DamagedFrame, EventFrames } from '../../../../connectors/kinesis/fan-out/event-frames.ts'
import { eventBytes, initialResponse } from './event-stream-bytes.ts'

interface Plain {
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string
}

function parse(chunks: readonly Uint8Array[]): Plain[] {
  const frames = new EventFrames()
  return chunks
    .flatMap((chunk) => [...frames.push(chunk)])
    .map(({ headers, payload }) => ({
      headers: Object.fromEntries(headers),
      payload: payload.toString('hex'),
    }))
}

/** Cuts bytes at the places that are named, in any order. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

const name = fc.string({ minLength: 1, maxLength: 20 }).map((text) => `:${text.replaceAll(/[^a-z]/g, 'x')}`)
const event = fc.record({
  headers: fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 50 }), { noNullPrototype: true }),
  payload: fc.uint8Array({ maxLength: 400 }),
})

describe('frames', () => {
  test('are those of the specification', () => {
    expect(parse([Buffer.from('000000100000000005c248eb7d98c8ff', 'hex')])).toEqual([
      { headers: {}, payload: '' },
    ])
    expect(initialResponse.toString('hex')).toBe(
      '00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070010696e' +
        '697469616c2d726573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7dfe942c1d',
    )
  })

  test('come out as they went in, however the connection cuts them', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), fc.array(fc.nat(5000)), (events, places) => {
        const bytes = Buffer.concat(events.map(({ headers, payload }) => eventBytes(headers, payload)))
        const expected = events.map(({ headers, payload }) => ({
          headers,
          payload: Buffer.from(payload).toString('hex'),
        }))
        expect(parse(cut(bytes, places))).toEqual(expected)
      }),
    )
  })

  test('with any bit flipped never come out as something else', () => {
    fc.assert(
      fc.property(event, fc.nat(), ({ headers, payload }, place) => {
        const bytes = eventBytes(headers, payload)
        const bit = place % (bytes.length * 8)
        bytes[bit >> 3]! ^= 1 << (bit & 7)
        expect(() => parse([bytes])).toThrow(DamagedFrame)
      }),
    )
  })

  test('that claim to be huge are refused before they are waited for', () => {
    for (const [total, headers] of [
      [2 ** 31, 0],
      [1000, 200_000],
      [15, 0],
      [40, 30],
    ] as const) {
      const bytes = eventBytes({}, '')
      bytes.writeUInt32BE(total, 0)
      bytes.writeUInt32BE(headers, 4)
      const sound = Buffer.from(bytes)
      sound.writeUInt32BE(crc32(bytes.subarray(0, 8)), 8)
      expect(() => parse([sound])).toThrow(`an event of ${total} bytes`)
    }
  })
})
