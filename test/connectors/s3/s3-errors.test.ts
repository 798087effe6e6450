import { inspect } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { s3Store, s3StoreAt } from '../../../connectors/s3/index.ts'
import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import type { Clock } from '../../../src/contract/clock.ts'
import { systemClock } from '../../../src/contract/system.ts'
import { failureOf } from '../../runtime/failed.ts'
import type { Fault } from '../../s3-server/faults.ts'
import { account } from '../../s3-server/gate.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { storeAt } from './store-at.ts'

let s3: S3Server
beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATESTTESTTESTTEST')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'the-secret-key')
  vi.stubEnv('AWS_SESSION_TOKEN', 'the-session-token')
  s3 = await startS3({ region: 'eu-north-1' })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await s3.close()
})

const always = (fault: Fault) => {
  s3.faults = () => fault
}
const inRegion = { region: 'eu-north-1' }
const store = () => storeAt(s3, 'checkpoints/job', inRegion)
const claim = (one: CheckpointStore) => failureOf(one.writeOnce('manifests/1', Buffer.from('claim')))

describe('a refusal', () => {
  it('of a bucket that is not there says so, and no restart follows', async () => {
    const failure = await claim(storeAt(s3, 'checkpoints/job', { ...inRegion, bucket: 'laek' }))
    expect(failure).toMatchObject({ code: 'STORE_REFUSED', retryable: false })
    expect(failure.message).toContain('there is no bucket laek: create it, or correct `bucket`')
    expect(failure.message).toContain('[file s3://laek/checkpoints/job/manifests/1]')
    expect((await failureOf(storeAt(s3, 'a', { ...inRegion, bucket: 'laek' }).read('x'))).code).toBe(
      'STORE_REFUSED',
    )
  })

  it('of another region than the bucket is in names the right one', async () => {
    const failure = await claim(storeAt(s3, 'checkpoints/job', { region: 'us-west-2' }))
    expect(failure).toMatchObject({ code: 'STORE_REFUSED', retryable: false })
    expect(failure.message).toContain('bucket lake is in region eu-north-1: set `region` to it')
  })

  it('by a redirect to another region names it', async () => {
    always({ status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'ap-south-2' } })
    expect((await claim(store())).message).toContain('in region ap-south-2')
  })

  test.each([
    ['writeOnce', 's3:PutObject'],
    ['read', 's3:GetObject and s3:ListBucket'],
    ['list', 's3:ListBucket'],
    ['delete', 's3:DeleteObject'],
  ] as const)('of access to %s names what the role needs: %s', async (method, action) => {
    always({ status: 403, code: 'AccessDenied' })
    const failure = await failureOf(store()[method]('a', Buffer.from('')))
    expect(failure).toMatchObject({ code: 'ACCESS_DENIED', retryable: false })
    expect(failure.message).toContain(action)
  })

  it('of a bucket of another owner than expected is one of access', async () => {
    expect((await claim(storeAt(s3, 'a', { ...inRegion, expectedBucketOwner: '999900001111' }))).code).toBe(
      'ACCESS_DENIED',
    )
    const expected = storeAt(s3, 'a', { ...inRegion, expectedBucketOwner: account })
    expect(await expected.writeOnce('a', Buffer.from(''))).toBe('written')
  })

  it('of a KMS key says where to look', async () => {
    always({ status: 400, code: 'KMS.DisabledException' })
    expect((await claim(store())).message).toContain('see that the KMS key is there, enabled')
  })

  it('of credentials that are not there asks for them', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined)
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    vi.stubEnv('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', undefined)
    vi.stubEnv('AWS_PROFILE', 'none')
    expect((await claim(store())).code).toBe('CREDENTIALS_MISSING')
  })

  it('by a service that does not heed conditions keeps jobs from it', async () => {
    const careless = await startS3({ conditionalWrites: false })
    const failure = await claim(storeAt(careless))
    expect(failure).toMatchObject({ code: 'STORE_REFUSED', retryable: false })
    expect(failure.message).toContain('does not heed If-None-Match')
    await careless.close()
  })

  it('by a service that knows no conditions says what is needed', async () => {
    s3.faults = ({ operation }) =>
      operation === 'PutObject' ? { status: 501, code: 'NotImplemented' } : undefined
    const failure = await claim(store())
    expect(failure.code).toBe('STORE_REFUSED')
    expect(failure.message).toContain('If-None-Match on PutObject')
  })
})

describe('a failure that may pass', () => {
  it('of an endpoint where nobody listens comes after the patience, and a restart follows', async () => {
    const nobody = await startS3()
    await nobody.close()
    const failure = await claim(storeAt(nobody, 'checkpoints/job', {}, 500))
    expect(failure).toMatchObject({ code: 'STORE_FAILED', retryable: true })
    expect(failure.message).toMatch(/no success in \d+ attempts over \d+ s, the last one: .*ECONNREFUSED/)
    expect(failure.message).toContain(`at ${nobody.endpoint}`)
    expect(failure.message).toContain('see that the endpoint can be reached')
  })

  it('of a service that throttles for longer than the patience names it', async () => {
    always('slow-down')
    const failure = await claim(storeAt(s3, 'checkpoints/job', inRegion, 300))
    expect(failure).toMatchObject({ code: 'STORE_FAILED', retryable: true })
    expect(failure.message).toContain('SlowDown: Please reduce your request rate.')
  })

  it('of a service that never answers comes after some attempts of 30 s', async () => {
    always('silent')
    const { now, sleep } = systemClock
    const start = now()
    const fast: Clock = {
      now: () => start + (now() - start) * 200,
      sleep: (ms, signal) => sleep(ms / 200, signal),
    }
    const failure = await claim(storeAt(s3, 'checkpoints/job', inRegion, 120_000, fast))
    expect(failure).toMatchObject({ code: 'STORE_FAILED', retryable: true })
    expect(failure.message).toMatch(/no success in [2-5] attempts over 1[0-9][0-9] s/)
  })

  it('is over when the service is well again, by the same store', async () => {
    const one = storeAt(s3, 'checkpoints/job', inRegion, 300)
    always('internal-error')
    expect((await claim(one)).code).toBe('STORE_FAILED')
    s3.faults = () => undefined
    expect(await one.writeOnce('manifests/1', Buffer.from('claim'))).toBe('written')
  })
})

describe('a clock that is off', () => {
  it('by an hour is corrected by what the service says', async () => {
    const late = await startS3({ now: () => Date.now() + 3_600_000 })
    expect(await storeAt(late).writeOnce('a', Buffer.from(''))).toBe('written')
    await late.close()
  })

  it('and stays off is told of', async () => {
    always({ status: 403, code: 'RequestTimeTooSkewed' })
    const failure = await claim(store())
    expect(failure).toMatchObject({ code: 'STORE_FAILED', retryable: true })
    expect(failure.message).toContain('set the clock of this machine')
  })
})

describe('an error', () => {
  test.each<Fault>([
    { status: 403, code: 'SignatureDoesNotMatch' },
    { status: 403, code: 'InvalidAccessKeyId' },
    { status: 400, code: 'InvalidRequest' },
    { status: 403, code: 'AccessDenied' },
  ])('tells no secrets: %j', async (fault) => {
    always(fault)
    const told = inspect(await claim(store()), { depth: 20, showHidden: true })
    expect(told).not.toMatch(/the-secret-key|the-session-token|AKIATEST|Signature=/)
  })

  it('shows no user of an endpoint', async () => {
    const endpoint = s3.endpoint.replace('//', '//somebody:password@')
    always({ status: 403, code: 'AccessDenied' })
    const told = inspect(await claim(storeAt({ endpoint }, 'checkpoints/job', inRegion)), { depth: 20 })
    expect(told).not.toMatch(/somebody|password/)
  })
})

describe('a store', () => {
  it('that is described with a bucket or prefix that cannot be is refused at once', () => {
    const prefixes = ['', '/', '//', 'a//b', '../a', 'a b', 'ä', 'a\n']
    for (const prefix of prefixes) expect(() => s3Store({ bucket: 'lake', prefix })).toThrow('OPTION_INVALID')
    for (const bucket of ['', 'a', 'with space'])
      expect(() => s3Store({ bucket, prefix: 'a' })).toThrow('OPTION_INVALID')
    for (const url of ['s3://lake', 's3://lake/', 'lake/a', 's3:///a'])
      expect(() => s3StoreAt(url)).toThrow('OPTION_INVALID')
  })

  it('takes slashes around its prefix for what they are', () => {
    expect(s3Store({ bucket: 'lake', prefix: '/a/b/' }).description).toBe('s3://lake/a/b/')
    expect(s3StoreAt('s3://lake/a/b').description).toBe('s3://lake/a/b/')
  })

  it('asks for nothing before it is used', () => {
    s3Store({ bucket: 'lake', prefix: 'a', endpoint: s3.endpoint })
    expect(s3.calls).toEqual([])
  })

  it('may use a client of its own, which tells where the bucket is', async () => {
    const client = new S3Client({ ...inRegion, endpoint: s3.endpoint, forcePathStyle: true })
    const given = storeAt({ endpoint: 'http://127.0.0.1:1' }, 'a', { client })
    expect(await given.writeOnce('a', Buffer.from(''))).toBe('written')
    always({ status: 400, code: 'InvalidRequest' })
    expect((await claim(given)).message).toContain(`at ${s3.endpoint}`)
    client.destroy()
  })

  test.each([
    ['AES256', { 'x-amz-server-side-encryption': 'AES256' }],
    [
      { kmsKey: 'alias/lake' },
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'alias/lake',
        'x-amz-server-side-encryption-bucket-key-enabled': 'true',
      },
    ],
    [
      { kmsKey: '', bucketKey: false },
      {
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-bucket-key-enabled': 'false',
      },
    ],
  ] as const)('asks for the encryption %j, of large blobs as well', async (encryption, headers) => {
    const encrypting = storeAt(s3, 'a', { ...inRegion, encryption })
    await encrypting.writeOnce('small', Buffer.from(''))
    await encrypting.writeOnce('large', Buffer.alloc(2 ** 24))
    const { objects } = s3.bucket('lake')
    expect(objects.get('a/small')?.headers).toMatchObject(headers)
    expect(objects.get('a/large')?.headers).toMatchObject(headers)
  })

  it('lets the service verify what is uploaded, unless that is turned off', async () => {
    await store().writeOnce('a', Buffer.from('text'))
    await store().writeOnce('b', Buffer.alloc(2 ** 24))
    const plain = storeAt(s3, 'plain', { ...inRegion, requestChecksumCalculation: 'WHEN_REQUIRED' })
    await plain.writeOnce('a', Buffer.from('text'))
    await plain.writeOnce('b', Buffer.alloc(2 ** 24))
    const { objects } = s3.bucket('lake')
    expect(objects.get('checkpoints/job/a')?.checksum).toMatchObject({
      algorithm: 'CRC32',
      type: 'FULL_OBJECT',
    })
    expect(objects.get('checkpoints/job/b')?.checksum).toMatchObject({
      algorithm: 'CRC32',
      type: 'FULL_OBJECT',
    })
    expect(objects.get('plain/a')?.checksum).toBeUndefined()
    expect(objects.get('plain/b')?.checksum).toBeUndefined()
    expect(await plain.read('a')).toEqual(new Uint8Array(Buffer.from('text')))
  })
})
