import { crc32 } from 'node:zlib'
import { KinesisClient } from '@aws-sdk/client-kinesis'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventFrame } from '../../../connectors/kinesis-local/protocol/event-frame.ts'

describe('a frame of an event stream', () => {
  test('without headers and payload is the one of the specification', () => {
    expect(eventFrame({}, new Uint8Array()).toString('hex')).toBe('000000100000000005c248eb7d98c8ff')
  })

  test('of an initial response has these bytes', () => {
    const headers = {
      ':message-type': 'event',
      ':event-type': 'initial-response',
      ':content-type': 'application/json',
    }
    expect(eventFrame(headers, Buffer.from('{}')).toString('hex')).toBe(
      '00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070010696e697469' +
        '616c2d726573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7dfe942c1d',
    )
  })

  test('is read by the AWS SDK as it was written, however the bytes arrive', async () => {
    const { eventStreamMarshaller } = new KinesisClient({ region: 'us-east-1' }).config
    // The SDK keeps headers in a plain object, which takes no __proto__.
    const isHeader = (text: string) => !text.startsWith(':') && text !== '__proto__'
    const name = fc.string({ minLength: 1, maxLength: 60 }).filter(isHeader)
    const frame = fc.record({
      headers: fc.dictionary(name, fc.string({ unit: 'grapheme', maxLength: 300 }), { maxKeys: 8 }),
      payload: fc.uint8Array({ maxLength: 5000 }),
    })
    const whole = fc.array(frame, { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(whole, fc.integer({ min: 1, max: 700 }), async (frames, pieceSize) => {
        const fixed = { ':message-type': 'event', ':event-type': 'one' }
        const bytes = Buffer.concat(
          frames.map(({ headers, payload }) => eventFrame({ ...fixed, ...headers }, payload)),
        )
        async function* pieces() {
          for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize)
        }
        const read = eventStreamMarshaller.deserialize(pieces(), async (event) => event['one'] as Message)
        const seen = []
        for await (const { headers, body } of read) {
          const own = Object.entries(headers).filter(([name]) => !name.startsWith(':'))
          seen.push({
            headers: Object.fromEntries(own.map(([name, { value }]) => [name, value])),
            payload: Uint8Array.from(body),
          })
        }
        expect(seen).toEqual(frames.map(({ headers, payload }) => ({ headers: { ...headers }, payload })))
      }),
      { numRuns: 60 },
    )
  })

  test('has two checksums, over its lengths and over all of it', () => {
    const frame = eventFrame({ a: 'b' }, Buffer.from('payload'))
    expect(frame.readUInt32BE(0)).toBe(frame.length)
    expect(frame.readUInt32BE(8)).toBe(crc32(frame.subarray(0, 8)))
    expect(frame.readUInt32BE(frame.length - 4)).toBe(crc32(frame.subarray(0, -4)))
  })
})

interface Message {
  readonly headers: Record<string, { readonly value: unknown }>
  readonly body: Uint8Array
}
