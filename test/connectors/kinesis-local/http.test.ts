import { once } from 'node:events'
import { request } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { iteratorOf, rawCall, succeed } from './raw-call.ts'

let kinesis: LocalKinesis
let port: number

beforeAll(async () => {
  kinesis = await startLocalKinesis()
  port = Number(new URL(kinesis.endpoint).port)
})
afterAll(() => kinesis.close())

const listStreams =
  'POST / HTTP/1.1\r\nHost: x\r\nAuthorization: x\r\nContent-Type: application/x-amz-json-1.1\r\n' +
  'X-Amz-Target: Kinesis_20131202.ListStreams\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}'

async function everything(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'close')
  return text
}

describe('a client that asks faster than it reads', () => {
  const requests = 60
  let calls = 0
  let server: LocalKinesis
  let body: string

  beforeAll(async () => {
    server = await startLocalKinesis({
      clock: {
        now() {
          calls++
          return 1e12
        },
      },
    })
    const { endpoint } = server
    await succeed(endpoint, 'CreateStream', { StreamName: 'big', ShardCount: 1 })
    const Data = Buffer.alloc(2 ** 20 - 1, 1).toString('base64')
    for (let i = 0; i < 4; i++)
      await succeed(endpoint, 'PutRecord', { StreamName: 'big', Data, PartitionKey: 'k' })
    body = JSON.stringify({ ShardIterator: await iteratorOf(endpoint, 'big', 0) })
  })
  afterAll(() => server.close())

  /** Gives the server all the time it could want. */
  async function answeredMeanwhile(): Promise<number> {
    const before = calls
    const looks = 30
    for (let look = 0; look < looks; look++) await succeed(server.endpoint, 'ListStreams', {})
    return calls - before - looks
  }

  test('over HTTP/1.1 gets answers as it takes them, and all of them in the end', async () => {
    const socket = connect(Number(new URL(server.endpoint).port), '127.0.0.1').pause()
    const request = listStreams
      .replace('ListStreams', 'GetRecords')
      .replace('Length: 2', `Length: ${body.length}`)
      .replace('Connection: close\r\n', '')
      .slice(0, -2)
    socket.write(`${request}${body}`.repeat(requests))
    socket.write(listStreams)
    expect(await answeredMeanwhile()).toBeLessThan(10)
    const text = await everything(socket.resume())
    expect(text.match(/HTTP\/1.1 200 OK/g)).toHaveLength(requests + 1)
    expect(text.slice(text.lastIndexOf('HTTP/1.1'))).toContain('"StreamNames":["big"]')
  })

  test('over HTTP/2 as well', async () => {
    const session = connectHttp2(server.endpoint)
    const streams = Array.from({ length: requests }, () =>
      session
        .request({
          ':method': 'POST',
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'Kinesis_20131202.GetRecords',
          authorization: 'x',
        })
        .end(body),
    )
    await once(streams[0]!, 'response')
    expect(await answeredMeanwhile()).toBeLessThan(10)
    const sizes = await Promise.all(
      streams.map(async (stream) => {
        let size = 0
        for await (const chunk of stream) size += (chunk as Buffer).length
        return size
      }),
    )
    expect(new Set(sizes).size).toBe(1)
    expect(sizes[0]).toBeGreaterThan(5_000_000)
    session.close()
  })
})

describe('one port for two versions of HTTP', () => {
  test('both are answered side by side', async () => {
    expect(await succeed(kinesis.endpoint, 'ListStreams', {})).toMatchObject({ HasMoreStreams: false })
    const session = connectHttp2(kinesis.endpoint)
    const stream = session.request({
      ':method': 'POST',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.ListStreams',
      authorization: 'x',
    })
    stream.end()
    const [headers] = await once(stream, 'response')
    expect(headers[':status']).toBe(200)
    expect(headers['x-amzn-requestid']).toBeTruthy()
    stream.resume()
    await once(stream, 'close')
    session.close()
  })

  test('a request that begins like HTTP/2 and arrives in crumbs is still HTTP/1.1', async () => {
    const socket = connect(port, '127.0.0.1').setNoDelay()
    const answer = everything(socket)
    for (const crumb of ['P', 'O', 'ST', listStreams.slice(4)]) {
      await new Promise((resolve) => socket.write(crumb, resolve))
    }
    expect(await answer).toContain('HTTP/1.1 200 OK')
  })

  test('bytes that are no HTTP end their connection and nothing else', async () => {
    const socket = connect(port, '127.0.0.1')
    const answer = everything(socket)
    socket.write('PRI * HTTP/3.0\r\n\r\n')
    expect(await answer).toContain('400 Bad Request')
    expect(await succeed(kinesis.endpoint, 'ListStreams', {})).toMatchObject({ HasMoreStreams: false })
  })

  test('a client that goes away in the middle of a body does no harm', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.end(listStreams.replace('Content-Length: 2', 'Content-Length: 200'))
    await everything(socket)
    expect(await succeed(kinesis.endpoint, 'ListStreams', {})).toMatchObject({ HasMoreStreams: false })
  })
})

test('every answer carries the time of the server, which clients take for that of the service', async () => {
  const now = Date.UTC(2001, 0, 1, 12)
  const past = await startLocalKinesis({ clock: { now: () => now } })
  for (const operation of ['ListStreams', 'NoSuchOperation']) {
    const { headers } = await rawCall(past.endpoint, operation, {})
    expect(Date.parse(headers.get('date')!)).toBe(now)
  }
  await past.close()
})

describe('bodies are bounded before they are read', () => {
  const headers = { 'x-amz-target': 'Kinesis_20131202.PutRecords', authorization: 'x' }

  test('one that is declared too large is refused unread', async () => {
    const sent = request(kinesis.endpoint, {
      method: 'POST',
      headers: { ...headers, 'content-length': 2 ** 30 },
    })
    sent.on('error', () => {})
    sent.flushHeaders()
    const [response] = await once(sent, 'response')
    expect(response.statusCode).toBe(413)
    sent.destroy()
  })

  test('one that turns out too large is refused', async () => {
    const session = connectHttp2(kinesis.endpoint)
    const stream = session.request({ ':method': 'POST', ...headers })
    stream.on('error', () => {})
    stream.end(Buffer.alloc(17 * 2 ** 20))
    const [answer] = await once(stream, 'response')
    expect(answer[':status']).toBe(413)
    stream.resume()
    session.destroy()
  })
})

describe('starting and closing', () => {
  test('a port that is taken has a code of its own', async () => {
    await expect(startLocalKinesis({ port })).rejects.toMatchObject({ code: 'PORT_TAKEN' })
  })

  test('an address of another machine is a wrong option', async () => {
    await expect(startLocalKinesis({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  test('closing ends idle connections and frees the port', async () => {
    const first = await startLocalKinesis()
    const taken = Number(new URL(first.endpoint).port)
    const idle = connect(taken, '127.0.0.1')
    idle.on('error', () => {})
    await once(idle, 'connect')
    await succeed(first.endpoint, 'ListStreams', {})
    await first.close()
    const second = await startLocalKinesis({ port: taken })
    expect(second.endpoint).toBe(first.endpoint)
    await second.close()
  })
})
