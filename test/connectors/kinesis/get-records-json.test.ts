import { expect, test } from 'vitest'
import { parseGetRecords } from '../../../connectors/kinesis/get-records-json.ts'

const body = (Records: unknown) => Buffer.from(JSON.stringify({ Records, MillisBehindLatest: 0 }))

test('whoever keeps a small value keeps 64 KiB, not the body, also beside a large one', () => {
  const sizes = [...Array.from({ length: 5000 }, (_, i) => i % 700), 2 ** 20, 0, 17_000, 16_384, 200]
  const data = sizes.map((size, i) => Buffer.alloc(size, `record ${i} `))
  const { Records = [] } = parseGetRecords(
    body(data.map((bytes, i) => ({ SequenceNumber: String(i), Data: bytes.toString('base64') }))),
  )
  for (const [i, { Data }] of Records.entries()) {
    expect(Buffer.from(Data!).equals(data[i]!)).toBe(true)
    expect(Data!.buffer.byteLength).toBeLessThanOrEqual(Math.max(65_536, Data!.length))
  }
})

test.each<[string, unknown]>([
  ['no data', [{ SequenceNumber: '1' }]],
  ['data that are a number', [{ SequenceNumber: '1', Data: 5 }]],
])('a record with %s is a SyntaxError', (_what, records) => {
  expect(() => parseGetRecords(body(records))).toThrow(SyntaxError)
})
