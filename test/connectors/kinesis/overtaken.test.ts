import { expect, test } from 'vitest'
import type { Reading, ShardToRead } from '../../../connectors/kinesis/reading.ts'
import { ShardCursor } from '../../../connectors/kinesis/shard-cursor.ts'

const hour = 3_600_000

/** A cursor behind a record that arrived at 0 and was read, and others that were not. The stream keeps records for a day. */
function cursorAt(clock: { now: number }) {
  const reading = {
    context: { name: 'orders', clock: { now: () => clock.now }, count: () => {}, log: { warn: () => {} } },
    aggregation: 'none',
    recordsPerFetch: 10,
    retentionMs: () => 24 * hour,
    placedByHashKey: () => true,
    decode: () => '',
    seen: undefined,
  } as unknown as Reading<string>
  const shard = {
    id: 'shardId-000000000000',
    parents: [],
    range: { start: '0', end: '1' },
    beginning: { kind: 'trim-horizon' },
    hasEnded: () => false,
  } as unknown as ShardToRead
  const cursor = new ShardCursor(reading, shard, undefined)
  const read = { sequenceNumber: '7', arrivalTime: 0, partitionKey: 'a', data: Buffer.from('a') }
  cursor.receive({
    ...{ records: [read], sizeBytes: 1, behindMs: hour, serverTime: hour, last: false, ended: false },
  })
  return cursor
}

test('reading is overtaken when everything up to the last record may have expired before an answer came', () => {
  const clock = { now: 23 * hour }
  const cursor = cursorAt(clock)
  expect(cursor.overtaken()).toBe(false)
  clock.now = 24 * hour + 1
  expect(cursor.overtaken()).toBe(true)
  expect(cursor.resume()).toEqual({ kind: 'at', sequenceNumber: '7' })
  // The answer to that begins with the record, or else shows that it is gone.
  expect(cursor.overtaken()).toBe(false)
})

test('the clock of the service decides, for what is asked next too', () => {
  const now = 20 * hour
  const cursor = cursorAt({ now })
  const answeredAt = (serverTime: number) => ({ askedAt: now, receivedAt: now, serverTime })
  expect(cursor.overtaken(answeredAt(23 * hour))).toBe(false)
  expect(cursor.overtaken(answeredAt(25 * hour))).toBe(true)
  expect(cursor.resume()).toEqual({ kind: 'at', sequenceNumber: '7' })
})

test('an answer that lay unread while the process stood still does not set the clock back', () => {
  const clock = { now: 24 * hour + 1 }
  const cursor = cursorAt(clock)
  const answer = { askedAt: 23 * hour, receivedAt: clock.now, serverTime: 23 * hour }
  expect(cursor.overtaken(answer)).toBe(true)
})
