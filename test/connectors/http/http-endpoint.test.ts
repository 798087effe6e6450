import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { type HttpEndpointOptions, httpEndpoint } from 'millrace/connectors/http'
import { afterEach, describe, expect, test } from 'vitest'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import type { Answer } from '../delivery/faulty-server.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { KeptSink } from '../delivery/kept-sink.ts'
import { FirehoseEndpoint } from './firehose-endpoint.ts'

interface Order {
  readonly id: number
  readonly item: string
}

const permit = { epoch: 1, generation: 1 } as CommitPermit
const order = (id: number): Order => ({ id, item: `item ${id} – «ü»` })
const accessKey = 'a-key-that-nobody-may-see'

for (const knowsIds of [true, false]) {
  destinationContract<Order>(
    `an HTTP endpoint that ${knowsIds ? 'knows ids again' : 'takes whatever comes'}`,
    async () => {
      const endpoint = await FirehoseEndpoint.start({ accessKey, knowsIds })
      return {
        to: httpEndpoint<Order>({ url: `${endpoint.server.url}/v1`, accessKey }),
        server: endpoint.server,
        guarantee: 'at-least-once',
        once: knowsIds,
        shown: async () =>
          endpoint.taken.flatMap(({ records }) => records.map((record) => JSON.parse(record).id)),
        refuse: undefined,
        secrets: [accessKey, Buffer.from(accessKey).toString('base64')],
      }
    },
    order,
  )
}

let endpoint: FirehoseEndpoint | undefined
afterEach(async () => {
  await endpoint?.server.close()
  endpoint = undefined
})

/** Sends some orders, in one checkpoint, and one more to see error records. */
async function send(
  options: Partial<HttpEndpointOptions<Order>> = {},
  answering?: (answer: Answer) => Answer,
) {
  endpoint ??= await FirehoseEndpoint.start()
  if (answering !== undefined) endpoint.answering = answering
  const errors = new KeptSink<ErrorRecord>()
  const clock = new HastyClock()
  const to = httpEndpoint<Order>({ url: `${endpoint.server.url}/v1?q=1`, ...options })
  const sink = deliverySink({ to, retry: { for: '20s' }, buffer: { interval: '0s' }, errors: errors.sink })
  const writer = await sink.open(sinkContext({ clock, random: () => 0.5 }), undefined)
  try {
    writer.write([0, 1, 2].map(order), [10, 11, 12])
    await writer.commit((await writer.stage(false)).committables, permit)
    await writer.commit((await writer.stage(true)).committables, permit)
  } finally {
    await writer.close()
  }
  return { endpoint, errors: errors.rows, waits: clock.waits }
}

describe('a request', () => {
  test('is what the contract says', async () => {
    const { endpoint } = await send({ commonAttributes: { team: 'räume', 'x y': 'z' } })
    expect(endpoint.server.requests.map(({ path }) => path)).toEqual(['/v1?q=1'])
    expect(endpoint.taken).toMatchObject([
      {
        records: [0, 1, 2].map((n) => JSON.stringify(order(n))),
        attributes: { team: 'räume', 'x y': 'z' },
        sourceArn: 'arn:aws:firehose:local:000000000000:deliverystream/job-sink',
      },
    ])
  })

  test('is compressed if the options say so', async () => {
    const { endpoint } = await send({ contentEncoding: 'gzip' })
    expect(endpoint.server.requests[0]!.headers['content-encoding']).toBe('gzip')
    expect(endpoint.taken[0]!.records).toHaveLength(3)
  })

  test('has the access key of the moment', async () => {
    let asked = 0
    endpoint = await FirehoseEndpoint.start({ accessKey: 'key 2' })
    await send({ accessKey: () => `key ${++asked}` })
    expect(endpoint.server.requests.map(({ headers }) => headers['x-amz-firehose-access-key'])).toEqual([
      'key 1',
      'key 2',
    ])
  })
})

describe('an answer', () => {
  const changes: Readonly<Record<string, (answer: Answer) => Answer>> = {
    'of another status among the good ones': (answer) => ({ ...answer, status: 202 }),
    'that leads elsewhere': (answer) => ({ ...answer, status: 307, headers: { Location: '/v2' } }),
    'of another type': (answer) => ({ ...answer, headers: { 'Content-Type': 'text/html' } }),
    'that is compressed': (answer) => ({
      ...answer,
      headers: { ...answer.headers, 'Content-Encoding': 'gzip' },
    }),
    'that is no JSON': (answer) => ({ ...answer, body: 'thanks' }),
    'that names another request': (answer) => ({
      ...answer,
      body: JSON.stringify({ requestId: 'x', timestamp: 1 }),
    }),
    'without a time': (answer) => ({
      ...answer,
      body: JSON.stringify({ requestId: JSON.parse(String(answer.body)).requestId }),
    }),
    'that is too long': (answer) => ({ ...answer, body: ' '.repeat(2 ** 20 + 1) }),
  }

  test.each(Object.keys(changes))('%s is a failure, and the request comes again', async (change) => {
    let changed = 0
    const { endpoint, errors, waits } = await send({}, (answer) =>
      changed++ < 2 ? changes[change]!(answer) : answer,
    )
    expect(new Set(endpoint.taken.map(({ requestId }) => requestId)).size).toBe(1)
    expect(endpoint.taken).toHaveLength(3)
    expect(errors).toEqual([])
    expect(waits).toEqual([1000, 2000])
  })

  test('413 refuses the records for good', async () => {
    const { endpoint, errors } = await send({}, () => ({ status: 413, body: '{"errorMessage":"too large"}' }))
    expect(endpoint.server.requests).toHaveLength(1)
    expect(errors).toHaveLength(3)
    expect(errors[1]).toEqual({
      attemptsMade: 1,
      arrivalTimestamp: 11,
      errorCode: 'HttpEndpoint.DestinationException',
      errorMessage: '413: too large',
      attemptEndingTimestamp: Date.UTC(2026, 10, 20),
      rawData: Buffer.from(JSON.stringify(order(1))).toString('base64'),
      subsequenceNumber: 0,
      dataId: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
  })

  test('that asks for patience gets it', async () => {
    let busy = true
    const { waits } = await send({}, (answer) => {
      const first = busy
      busy = false
      return first ? { status: 429, headers: { 'Retry-After': '15' } } : answer
    })
    expect(waits).toEqual([15_000])
  })
})

describe('an endpoint', () => {
  test.each([
    [{ url: 'ftp://host/' }, 'is no URL that begins with https:// or http://'],
    [{ url: 'https://user:word@host/' }, 'has a user or a password in it'],
    [{ url: 'http://host/', accessKey: 'x' }, 'a secret goes over https:// alone'],
    [{ url: 'https://host/', accessKey: 'x'.repeat(4097) }, 'more than 4096 bytes'],
    [{ url: 'https://host/', accessKey: 'x\n' }, 'characters that no HTTP header can hold'],
    [{ url: 'https://host/', commonAttributes: { a: 'x'.repeat(1025) } }, 'has 1025 characters'],
    [{ url: 'https://host/', commonAttributes: { '': 'x' } }, 'must have 1 to 256 characters'],
    [
      {
        url: 'https://host/',
        commonAttributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, ''])),
      },
      'has 51 entries',
    ],
  ])('is refused with options %#', (options, words) => {
    expect(() => httpEndpoint(options)).toThrow(words)
  })

  test('shows its origin alone, since paths may be secret', () => {
    const { detail } = httpEndpoint({ url: 'https://in.example/receiver/c2VjcmV0?token=x' }).description
    expect(detail).toBe('https://in.example')
  })
})
