import { KinesisClient } from '@aws-sdk/client-kinesis'
import { expect, test } from 'vitest'
import { createStream } from '../../../connectors/kinesis/create-stream.ts'
import { tail } from '../../../connectors/kinesis/tail.ts'
import { type Answer, cannedHandler } from './canned-handler.ts'
import { ManualClock } from './manual-clock.ts'

function connected(answer: Answer) {
  const client = new KinesisClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: cannedHandler(answer),
  })
  return { stream: 'orders', client, clock: new ManualClock(), random: () => 0.5 }
}

test('a tail that is ended while it connects just ends', async () => {
  const ending = new AbortController()
  const options = connected(() => {
    ending.abort()
    return { status: 500, body: '{}' }
  })
  const records = tail({ ...options, startAt: 'latest', signal: ending.signal })
  expect(await records.next()).toEqual({ done: true, value: undefined })
})

test('more shards than the account may have are an error, not a wait for ever', async () => {
  const body = JSON.stringify({ __type: 'LimitExceededException', message: 'too many shards' })
  const options = connected(() => ({ status: 400, body }))
  await expect(options.clock.until(createStream({ ...options, shards: 50_000 }))).rejects.toMatchObject({
    code: 'SOURCE_FAILED',
    message: expect.stringContaining('too many shards'),
  })
})
