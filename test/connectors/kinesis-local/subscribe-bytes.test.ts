import { connect, type Socket } from 'node:net'
import { crc32 } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { type ManualClock, manualClock } from '../../../src/testing/manual-clock.ts'
import { put, shardId, succeed } from './raw-call.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders'
const initialResponse =
  '00000068000000564e6817240d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070010696e697469616c' +
  '2d726573706f6e73650d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b7dfe942c1d'

/** A frame as the specification lays it out, read without the code that writes it. */
function parsed(frame: Buffer): { headers: [string, string][]; payload: string } {
  expect(frame.readUInt32BE(0)).toBe(frame.length)
  expect(frame.readUInt32BE(8)).toBe(crc32(frame.subarray(0, 8)))
  expect(frame.readUInt32BE(frame.length - 4)).toBe(crc32(frame.subarray(0, -4)))
  const end = 12 + frame.readUInt32BE(4)
  const headers: [string, string][] = []
  for (let at = 12; at < end; ) {
    const typeAt = at + 1 + frame[at]!
    expect(frame[typeAt]).toBe(7)
    const valueAt = typeAt + 3
    const valueEnd = valueAt + frame.readUInt16BE(typeAt + 1)
    headers.push([frame.toString('utf8', at + 1, typeAt), frame.toString('utf8', valueAt, valueEnd)])
    at = valueEnd
  }
  return { headers, payload: frame.toString('utf8', end, frame.length - 4) }
}

/** An answer of HTTP/1.1 in chunks, whose borders mean nothing. */
class RawAnswer {
  readonly #socket: Socket
  #bytes = Buffer.alloc(0)
  #body = Buffer.alloc(0)
  #more = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes])
      this.#more()
    })
  }

  async head(): Promise<string> {
    return (await this.#until('\r\n\r\n')).toString()
  }

  /** `undefined` at the end. */
  async frame(): Promise<Buffer | undefined> {
    while (this.#body.length < 4 || this.#body.length < this.#body.readUInt32BE(0)) {
      const chunk = await this.#chunk()
      if (chunk.length === 0) return undefined
      this.#body = Buffer.concat([this.#body, chunk])
    }
    const size = this.#body.readUInt32BE(0)
    const frame = this.#body.subarray(0, size)
    this.#body = this.#body.subarray(size)
    return frame
  }

  leave(): void {
    this.#socket.destroy()
  }

  /** Empty at the end. */
  async #chunk(): Promise<Buffer> {
    const size = Number.parseInt((await this.#until('\r\n')).toString(), 16)
    return (await this.#take(size + 2)).subarray(0, size)
  }

  async #until(mark: string): Promise<Buffer> {
    while (!this.#bytes.includes(mark)) await this.#arrived()
    return this.#take(this.#bytes.indexOf(mark) + mark.length)
  }

  async #take(size: number): Promise<Buffer> {
    while (this.#bytes.length < size) await this.#arrived()
    const taken = this.#bytes.subarray(0, size)
    this.#bytes = this.#bytes.subarray(size)
    return taken
  }

  #arrived(): Promise<void> {
    return new Promise((resolve) => {
      this.#more = resolve
    })
  }
}

describe('the bytes of SubscribeToShard', () => {
  let clock: ManualClock
  let kinesis: LocalKinesis
  let answer: RawAnswer

  beforeEach(async () => {
    clock = manualClock(Date.UTC(2026, 0, 1))
    kinesis = await startLocalKinesis({ clock, consumerDelayMs: 0 })
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
    await succeed(kinesis.endpoint, 'RegisterStreamConsumer', { StreamARN, ConsumerName: 'lake' })
    await put(kinesis.endpoint, 'orders', ['a "text"'])
    answer = subscribe('{"Type":"TRIM_HORIZON"}')
  })
  afterEach(async () => {
    answer.leave()
    await kinesis.close()
  })

  function subscribe(position: string): RawAnswer {
    const ConsumerARN = `${StreamARN}/consumer/lake:${clock.now() / 1000}`
    const body = `{"ConsumerARN":"${ConsumerARN}","ShardId":"${shardId(0)}","StartingPosition":${position}}`
    const socket = connect(Number(new URL(kinesis.endpoint).port), '127.0.0.1')
    socket.write(
      'POST / HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\nContent-Type: application/x-amz-json-1.1\r\n' +
        `X-Amz-Target: Kinesis_20131202.SubscribeToShard\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    return new RawAnswer(socket)
  }

  test('are a head, the initial response, events, and an end', async () => {
    const head = (await answer.head()).toLowerCase()
    expect(head).toContain('http/1.1 200 ok')
    expect(head).toContain('content-type: application/vnd.amazon.eventstream\r\n')
    expect(head).toContain('transfer-encoding: chunked\r\n')
    expect(head).toContain('date: thu, 01 jan 2026 00:00:00 gmt\r\n')
    expect(head).not.toContain('content-length')
    expect((await answer.frame())!.toString('hex')).toBe(initialResponse)

    const headers = [
      [':message-type', 'event'],
      [':event-type', 'SubscribeToShardEvent'],
      [':content-type', 'application/json'],
    ]
    // 2, the second of creation, shard 0, counter 1, 00, the second of arrival, shard 0, 2.
    const second = (clock.now() / 1000).toString(16).padStart(9, '0')
    const number = BigInt(`0x2${second}0${'1'.padStart(16, '0')}00${second}000000002`)
    expect(parsed((await answer.frame())!)).toEqual({
      headers,
      payload:
        `{"MillisBehindLatest":0,"ContinuationSequenceNumber":"${number}","Records":[{"SequenceNumber":"${number}",` +
        `"Data":"${btoa('a "text"')}","PartitionKey":"a \\"text\\"","ApproximateArrivalTimestamp":1767225600.000}]}`,
    })
    await succeed(kinesis.endpoint, 'SplitShard', {
      StreamName: 'orders',
      ShardToSplit: shardId(0),
      NewStartingHashKey: '16',
    })
    const children = [
      { ShardId: shardId(1), ParentShards: [shardId(0)], HashKeyRange: range('0', '15') },
      { ShardId: shardId(2), ParentShards: [shardId(0)], HashKeyRange: range('16', String(2n ** 128n - 1n)) },
    ]
    expect(parsed((await answer.frame())!)).toEqual({
      headers,
      payload: `{"MillisBehindLatest":0,"ContinuationSequenceNumber":null,"ChildShards":${JSON.stringify(children)},"Records":[]}`,
    })
    expect(await answer.frame()).toBeUndefined()
  })

  test('are those of an exception when something happens, and then an end', async () => {
    await answer.head()
    await answer.frame()
    await answer.frame()
    await succeed(kinesis.endpoint, 'DeleteStream', { StreamName: 'orders', EnforceConsumerDeletion: true })
    expect(parsed((await answer.frame())!)).toEqual({
      headers: [
        [':message-type', 'exception'],
        [':exception-type', 'ResourceNotFoundException'],
        [':content-type', 'application/json'],
      ],
      payload: `{"message":"Stream ${StreamARN} under account 000000000000 not found."}`,
    })
    expect(await answer.frame()).toBeUndefined()
  })

  test('are an ordinary error if it does not begin', async () => {
    await answer.head()
    const refused = subscribe('{"Type":"LATEST"}')
    const head = await refused.head()
    expect(head).toContain('400 Bad Request')
    expect(head.toLowerCase()).toContain('content-type: application/x-amz-json-1.1\r\n')
    refused.leave()
  })
})

function range(StartingHashKey: string, EndingHashKey: string) {
  return { StartingHashKey, EndingHashKey }
}
