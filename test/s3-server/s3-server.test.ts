import { request } from 'node:http'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { type Fault, first, seededFaults } from './faults.ts'
import { type S3Server, startS3 } from './start-s3.ts'

let s3: S3Server
let client: S3Client
beforeEach(async () => {
  s3 = await startS3()
  client = new S3Client({
    endpoint: s3.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    forcePathStyle: true,
    maxAttempts: 1,
  })
})
afterEach(async () => {
  client.destroy()
  await s3.close()
})

const put = () =>
  client.send(new PutObjectCommand({ Bucket: 'lake', Key: 'a', Body: Buffer.alloc(100_000, 'x') }))
const stored = () => s3.bucket('lake').objects.has('a')

describe('the S3 of the tests', () => {
  /** A request that nobody signs. */
  const plain = (method: string, path: string, host: string, body = '') =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = request(
        { port: s3.port, host: '127.0.0.1', method, path, headers: { host } },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (piece) => {
            text += piece
          })
          response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
        },
      )
      sent.on('error', reject).end(body)
    })

  it.each(['lake.s3.us-east-1.amazonaws.com', 'lake.s3.amazonaws.com', 'lake.localhost:9000'])(
    'finds the bucket in the host %s',
    async (host) => {
      await plain('PUT', '/in/host', host, 'text')
      expect(await plain('GET', '/lake/in/host', '127.0.0.1')).toEqual({ status: 200, text: 'text' })
      expect(await plain('GET', '/in/host', host)).toEqual({ status: 200, text: 'text' })
    },
  )

  it('refuses a conditional write during which the key is deleted', async () => {
    const Key = 'deleted-meanwhile'
    await client.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: Buffer.alloc(0) }))
    s3.faults = ({ operation }) => {
      if (operation === 'PutObject') setImmediate(() => s3.bucket('lake').delete(Key))
      return operation === 'PutObject' ? 'slow' : undefined
    }
    const put = client.send(
      new PutObjectCommand({ Bucket: 'lake', Key, Body: Buffer.alloc(0), IfNoneMatch: '*' }),
    )
    await expect(put).rejects.toMatchObject({ name: 'ConditionalRequestConflict' })
  })

  it('knows its operations and no others', async () => {
    expect((await plain('GET', '/lake/a?tagging', '127.0.0.1')).status).toBe(501)
    expect((await plain('PATCH', '/lake/a', '127.0.0.1')).text).toContain('<Code>NotImplemented</Code>')
  })
})

describe('a fault', () => {
  it.each<[Fault, boolean]>([
    ['cut-before', false],
    ['torn', false],
    ['slow-down', false],
    ['internal-error', false],
    ['cut-after', true],
    ['late-error', true],
  ])('%s fails a write; whether it has its effect: %s', async (fault, hasEffect) => {
    s3.faults = first('PutObject', fault)
    await expect(put()).rejects.toThrow()
    expect(stored()).toBe(hasEffect)
    await put()
    expect(stored()).toBe(true)
  })

  it.each(['at once', 'late'] as const)('an answer comes late, and the effect %s', async (effect) => {
    const lateMs = 200
    s3.faults = first('PutObject', { lateMs, effect })
    const startedAt = performance.now()
    const answer = put()
    while (!stored()) await letOthersRun()
    const effectMs = performance.now() - startedAt
    await answer
    const answerMs = performance.now() - startedAt
    expect(effect === 'late' ? effectMs : answerMs - effectMs).toBeGreaterThan(lateMs - 20)
  })

  it('torn ends an answer in its middle', async () => {
    await put()
    s3.faults = first('GetObject', 'torn')
    const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: 'lake', Key: 'a' }))
    expect(ContentLength).toBe(100_000)
    await expect(Body!.transformToByteArray()).rejects.toThrow()
  })

  it('strikes by a seed, so that it can be had again', () => {
    const struck = (seed: number) => {
      const plan = seededFaults(new Chance(seed), 0.3)
      return Array.from({ length: 100 }, () => plan({ operation: 'PutObject', key: '', headers: {} }))
    }
    expect(struck(7)).toEqual(struck(7))
    expect(struck(7)).not.toEqual(struck(8))
    expect(new Set(struck(7)).size).toBeGreaterThan(5)
  })
})
