import { KinesisClient } from '@aws-sdk/client-kinesis'
import { beforeAll, describe, expect, test } from 'vitest'
import { LeanProtocol } from '../../../connectors/kinesis/lean-protocol.ts'
import { openPut, putRecords } from '../../../connectors/kinesis/put.ts'
import { recordBatches } from '../../../connectors/kinesis/record-batches.ts'
import { systemClock } from '../../../src/contract/system.ts'
import { type Answer, cannedHandler } from './canned-handler.ts'
import { ManualClock } from './manual-clock.ts'
import { networkFault } from './scripted-kinesis.ts'

interface PutBody {
  readonly Records: readonly { readonly Data: string; readonly PartitionKey: string }[]
}

function putting(answer: Answer) {
  const clock = new ManualClock()
  const client = new KinesisClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    protocol: LeanProtocol,
    requestHandler: cannedHandler(answer),
  })
  return { clock, options: { stream: 'orders', client, clock, random: () => 0.5 } }
}

const records = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ data: Buffer.from(`record ${i}`), partitionKey: `key ${i}` }))

/** A stream that refuses some records some of the time. */
function stream(refuses: (text: string, call: number) => string | undefined) {
  const arrived: string[] = []
  const sizes: number[] = []
  const answer: Answer = ({ body }) => {
    const { Records } = JSON.parse(body) as PutBody
    sizes.push(Records.length)
    const results = Records.map(({ Data }) => {
      const text = Buffer.from(Data, 'base64').toString()
      const ErrorCode = refuses(text, sizes.length)
      if (ErrorCode === undefined) arrived.push(text)
      return ErrorCode === undefined
        ? { SequenceNumber: '1', ShardId: 's' }
        : { ErrorCode, ErrorMessage: 'no' }
    })
    const FailedRecordCount = results.filter((result) => 'ErrorCode' in result).length
    return { body: JSON.stringify({ FailedRecordCount, Records: results }) }
  }
  return { arrived, sizes, answer }
}

/** The first call of a process loads what later ones have: so long that the clock would think everybody waits for it. */
beforeAll(async () => {
  const { answer } = stream(() => undefined)
  await putRecords(records(1), { ...putting(answer).options, clock: systemClock })
})

test('records go five hundred a call, from lists and from async sources', async () => {
  const { answer, arrived, sizes } = stream(() => undefined)
  const { clock, options } = putting(answer)
  const put = await clock.until(putRecords(records(1200), options))
  expect(put).toEqual({ records: 1200, bytes: arrived.join('').length, retried: 0 })
  expect(sizes.toSorted((a, b) => b - a)).toEqual([500, 500, 200])
  async function* source() {
    yield* records(501)
  }
  expect(await clock.until(putRecords(source(), options))).toMatchObject({ records: 501 })
  expect(await clock.until(putRecords([], options))).toEqual({ records: 0, bytes: 0, retried: 0 })
})

test('only the records that were refused are sent again', async () => {
  const refused = new Set<string>()
  const { answer, arrived, sizes } = stream((text) => {
    if (!text.endsWith('7') || refused.has(text)) return undefined
    refused.add(text)
    return 'ProvisionedThroughputExceededException'
  })
  const { clock, options } = putting(answer)
  const put = await clock.until(putRecords(records(100), options))
  expect(put).toMatchObject({ records: 100, retried: 10 })
  expect(sizes).toEqual([100, 10])
  expect(arrived.toSorted()).toEqual(
    records(100)
      .map(({ data }) => data.toString())
      .toSorted(),
  )
})

test('a stream that throttles for long gets every record in the end', async () => {
  const { answer, arrived } = stream((_text, call) =>
    call < 100 ? 'ProvisionedThroughputExceededException' : undefined,
  )
  const { clock, options } = putting(answer)
  expect(await clock.until(putRecords(records(3), options))).toMatchObject({ records: 3 })
  expect(arrived).toHaveLength(3)
})

test('records that the stream refuses for minutes on end are an error', async () => {
  const { answer } = stream(() => 'InternalFailure')
  const { clock, options } = putting(answer)
  await expect(clock.until(putRecords(records(3), options))).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
})

test('no server is an error in the end, and a lost connection is not', async () => {
  let calls = 0
  const flaky = putting(() =>
    ++calls < 3 ? networkFault('ECONNRESET') : { body: '{"Records":[{"SequenceNumber":"1"}]}' },
  )
  expect(await flaky.clock.until(putRecords(records(1), flaky.options))).toMatchObject({ records: 1 })
  const dead = putting(() => networkFault('ECONNREFUSED'))
  await expect(dead.clock.until(putRecords(records(3000), dead.options))).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  })
})

test('silence of the service is told now and then', async () => {
  const { clock, options } = putting(() => networkFault('ECONNREFUSED'))
  const told: string[] = []
  const log = { info() {}, warn: (message: string) => told.push(message) }
  await expect(clock.until(putRecords(records(1), { ...options, log }))).rejects.toThrow('SOURCE_UNREACHABLE')
  expect(told[0]).toBe('Kinesis does not answer; trying again')
  expect(told.length).toBeLessThan(6)
})

test('no more calls than allowed are under way', async () => {
  const { answer, sizes } = stream(() => undefined)
  const { clock, options } = putting(answer)
  let pulled = 0
  function* source() {
    for (const record of records(5000)) {
      pulled++
      yield record
    }
  }
  const seen: number[] = []
  const onProgress = () => void seen.push(pulled - sizes.length * 500)
  await clock.until(putRecords(source(), { ...options, inFlight: 2, onProgress }))
  expect(Math.max(...seen)).toBeLessThanOrEqual(3 * 500)
})

test('a batch never weighs more than five mebibytes', async () => {
  const mebibyte = { data: new Uint8Array(2 ** 20 - 100), partitionKey: 'k' }
  const sizes: number[] = []
  for await (const batch of recordBatches(Array(12).fill(mebibyte))) sizes.push(batch.length)
  expect(sizes).toEqual([5, 5, 2])
})

test('a record has arrived only when the answer gives its number, whatever the answer counts', async () => {
  const { answer, arrived } = stream(() => undefined)
  const answers = [
    '{}',
    '{"FailedRecordCount":0,"Records":[{"ErrorCode":"InternalFailure"},{"SequenceNumber":"1"}]}',
    '{"FailedRecordCount":0,"Records":[]}',
  ]
  const { clock, options } = putting((request) => {
    const body = answers.shift()
    return body === undefined ? answer(request) : { body }
  })
  expect(await clock.until(putRecords(records(2), options))).toMatchObject({ records: 2, retried: 4 })
  expect(arrived).toEqual(['record 0'])
})

test('minutes of throttling leave a failure all the patience there is', async () => {
  const { answer } = stream((_text, call) =>
    call < 100 ? 'ProvisionedThroughputExceededException' : call < 103 ? 'InternalFailure' : undefined,
  )
  const { clock, options } = putting(answer)
  expect(await clock.until(putRecords(records(3), options))).toMatchObject({ records: 3 })
})

describe('a source that gives nothing for a while', () => {
  const silent = () => {
    let closed = false
    async function* source() {
      try {
        yield* records(500)
        yield* records(500)
        await new Promise(() => {})
      } finally {
        closed = true
      }
    }
    return { source, wasClosed: () => closed }
  }

  test('does not keep a failure back', async () => {
    const { clock, options } = putting(() => ({
      status: 400,
      body: '{"__type":"ResourceNotFoundException"}',
    }))
    await expect(clock.until(putRecords(silent().source(), options))).rejects.toMatchObject({
      code: 'STREAM_NOT_FOUND',
    })
  })

  test('does not keep the signal back', async () => {
    const stopping = new AbortController()
    const { answer } = stream(() => undefined)
    const { clock, options } = putting(answer)
    const reason = new Error('enough')
    const onProgress = () => stopping.abort(reason)
    const put = putRecords(silent().source(), { ...options, onProgress, signal: stopping.signal })
    await expect(clock.until(put)).rejects.toBe(reason)
  })
})

test('what the source throws comes out as it is', async () => {
  const { answer } = stream(() => undefined)
  const { clock, options } = putting(answer)
  const broken = new Error('the disk')
  async function* source() {
    yield* records(3)
    throw broken
  }
  await expect(clock.until(putRecords(source(), options))).rejects.toBe(broken)
})

test('a stream may be put to again and again, and is told of throttles now and then', async () => {
  const { answer, arrived } = stream((_text, call) =>
    call % 2 === 1 ? 'ProvisionedThroughputExceededException' : undefined,
  )
  const { clock, options } = putting(answer)
  const warnings: string[] = []
  const { put, close } = openPut({
    ...options,
    log: { info() {}, warn: (message) => warnings.push(message) },
  })
  for (let round = 0; round < 3; round += 1) await clock.until(put(records(10)))
  close()
  expect(arrived).toHaveLength(30)
  expect(warnings).toEqual(['Kinesis throttles; slowing down'])
})

test('one putting is ended alone', async () => {
  const { answer, arrived } = stream((text) => (text === 'record 0' ? 'InternalFailure' : undefined))
  const { clock, options } = putting(answer)
  const { put } = openPut(options)
  const over = new AbortController()
  const ended = put(records(1), over.signal)
  over.abort(new Error('no more time'))
  await expect(clock.until(ended)).rejects.toThrow('no more time')
  await clock.until(put(records(3).slice(1)))
  expect(arrived).toEqual(['record 1', 'record 2'])
})
