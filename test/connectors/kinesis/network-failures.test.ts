import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { leanClient } from '../../../connectors/kinesis/client.ts'
import { connect } from '../../../connectors/kinesis/connect.ts'
import type { KinesisApi } from '../../../connectors/kinesis/kinesis-api.ts'
import { sdkKinesisApi } from '../../../connectors/kinesis/sdk-kinesis-api.ts'
import { failureOf } from '../../../connectors/kinesis/service-failure.ts'

const signal = new AbortController().signal
const page = JSON.stringify({ Records: [], NextShardIterator: 'x', MillisBehindLatest: 0 })

let server: Server
let answer: RequestListener
let api: KinesisApi
let endpoint: string

beforeEach(async () => {
  server = createServer((request, response) => answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { client, close } = connect({ endpoint }, 'orders')
  api = sdkKinesisApi(client, 'orders', close)
})

afterEach(() => {
  api.close()
  server.closeAllConnections()
  server.close()
  vi.unstubAllEnvs()
})

/** What a call came to, as the source sees it. */
async function outcome() {
  try {
    return await api.records('x', signal)
  } catch (error) {
    return failureOf(error)
  }
}

describe('what the network does, as the AWS SDK tells it', () => {
  test('nobody listens', async () => {
    server.close()
    expect(await outcome()).toMatchObject({ kind: 'unavailable', reason: 'ECONNREFUSED' })
  })

  test('the connection is dropped before the answer', async () => {
    answer = (request) => request.socket.destroy()
    expect(await outcome()).toMatchObject({ kind: 'unavailable' })
  })

  test('the connection is dropped in the middle of the answer', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': 10_000 })
      response.write('{"Records":[', () => request.socket.destroy())
    }
    expect(await outcome()).toMatchObject({ kind: 'unavailable' })
  })

  test('the answer is cut off', async () => {
    answer = (_request, response) => response.end('{"Records":[')
    expect(await outcome()).toMatchObject({ kind: 'unavailable' })
  })

  test.each([500, 502, 503])('status %i, with a body that is not JSON', async (status) => {
    answer = (_request, response) => response.writeHead(status).end('<html>')
    expect(await outcome()).toMatchObject({ kind: 'unavailable' })
  })

  test('an error of the service keeps its name', async () => {
    answer = (_request, response) =>
      response
        .writeHead(400)
        .end(JSON.stringify({ __type: 'ProvisionedThroughputExceededException', message: 'slow' }))
    expect(await outcome()).toEqual({ kind: 'throttled', reason: 'ProvisionedThroughputExceededException' })
  })

  test('a call that is aborted ends at once', async () => {
    const aborting = new AbortController()
    answer = () => aborting.abort()
    await expect(api.records('x', aborting.signal)).rejects.toThrow()
  })

  test('one call is one request, and the answer tells the time of the server', async () => {
    let requests = 0
    answer = (_request, response) => {
      requests++
      response.setHeader('date', 'Fri, 20 Nov 2026 12:00:00 GMT').end(page)
    }
    expect(await outcome()).toMatchObject({ records: [], serverTime: Date.UTC(2026, 10, 20, 12) })
    answer = (_request, response) => {
      requests++
      response.writeHead(500).end()
    }
    await outcome()
    expect(requests).toBe(2)
  })
})

describe('what a client finds missing', () => {
  const nowhere = { loopback: false, credentials: undefined }

  test('a region', async () => {
    vi.stubEnv('AWS_REGION', undefined)
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    api = sdkKinesisApi(
      leanClient({ ...nowhere, region: undefined, endpoint: undefined }),
      'orders',
      () => {},
    )
    expect(await outcome()).toEqual({ kind: 'refused', code: 'REGION_MISSING' })
  })

  test('credentials', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    api = sdkKinesisApi(leanClient({ ...nowhere, region: 'us-east-1', endpoint }), 'orders', () => {})
    expect(await outcome()).toEqual({ kind: 'refused', code: 'CREDENTIALS_MISSING' })
  })
})
