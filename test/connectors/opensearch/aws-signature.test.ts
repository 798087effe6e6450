import { createHash, createHmac } from 'node:crypto'
import { deliverySink } from 'millrace/connectors/delivery'
import { openSearch } from 'millrace/connectors/opensearch'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsSignature } from '../../../connectors/opensearch/aws-signature.ts'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { reasons } from '../../../src/errors.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { FaultyServer, type Received } from '../delivery/faulty-server.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'

const secret = 'a-key-that-nobody-may-see'
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** The signature of a request as the documentation of Signature Version 4 has it, made from what has arrived. */
function expectedSignature({ method, path, headers, body }: Received): string {
  const [, scope = '', names = ''] =
    /Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+),/.exec(headers.authorization ?? '') ?? []
  const [bare = '', query = ''] = path.split('?')
  const signed = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const sortedQuery = [...new URLSearchParams(query)]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('*', '%2A')}`)
    .sort()
    .join('&')
  const canonical = [method, bare, sortedQuery, signed.join(''), names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce((made: string | Buffer, part) => hmac(made, part), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex')
}

async function delivered(server: FaultyServer, service: 'es' | 'aoss', rows: readonly object[]) {
  const to = openSearch<object>({ url: server.url, index: 'orders', auth: { service, region: 'eu-west-1' } })
  const context = sinkContext({ clock: new HastyClock() })
  const writer = await deliverySink({ to, retry: { for: '10s' } }).open(context, undefined)
  try {
    writer.write(rows, [])
    const { committables } = await writer.stage(true)
    await writer.commit(committables, { epoch: 1, generation: 1 } as CommitPermit)
  } finally {
    await writer.close()
  }
}

describe('requests to Amazon OpenSearch', () => {
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secret)
    vi.stubEnv('AWS_SESSION_TOKEN', 'a-token-that-nobody-may-see')
  })
  afterEach(() => vi.unstubAllEnvs())

  it.each(['es', 'aoss'] as const)('are signed for %s', async (service) => {
    const server = await FaultyServer.start(() => ({
      status: 200,
      body: JSON.stringify({ items: [{ create: { status: 201 } }, { create: { status: 201 } }] }),
    }))
    await delivered(server, service, [{ id: 1 }, { id: 'ü' }])
    await server.close()
    const [request] = server.requests as [Received]
    const { headers, body } = request
    expect(headers.authorization).toContain(`/eu-west-1/${service}/aws4_request`)
    expect(headers.authorization).toMatch(
      /SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token/,
    )
    expect(headers['x-amz-content-sha256']).toBe(sha256(body))
    expect(headers['x-amz-date']).toBe('20261120T000000Z')
    expect(headers.authorization).toContain(`Signature=${expectedSignature(request)}`)
  })

  it('show no secret when they are refused', async () => {
    const server = await FaultyServer.start(({ headers }) => ({
      status: 403,
      body: `not with ${secret} nor ${headers['x-amz-security-token']}`,
    }))
    const failure = await delivered(server, 'es', [{ id: 1 }]).catch((error) => error)
    await server.close()
    expect(reasons(failure).join('\n')).toContain('not with *** nor ***')
  })

  it('are for the region in the name of the host', async () => {
    const url = new URL('https://search-orders-abc.ap-southeast-2.es.amazonaws.com/_bulk')
    const signature = new AwsSignature({ service: 'es' }, url, { region: 'eu-west-1' }, {})
    const request = { method: 'POST', url, headers: {}, body: Buffer.from('') } as const
    const { authorization } = await signature.headersOf(request, Date.UTC(2026, 10, 20))
    expect(authorization).toContain('Credential=AKIAEXAMPLE/20261120/ap-southeast-2/es/aws4_request')
  })

  it('need a region', () => {
    const url = new URL('https://search.example')
    expect(() => new AwsSignature({ service: 'es' }, url, {}, {})).toThrow('REGION_MISSING')
  })

  it('are signed for a service that there is', () => {
    const auth = { service: 'opensearch' as never }
    expect(() => openSearch({ url: 'https://search.example', index: 'orders', auth })).toThrow(
      'OPTION_INVALID: openSearch(…): the service of `auth` is "es" or "aoss"',
    )
  })
})
