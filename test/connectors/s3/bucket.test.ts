import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { deliverySink, parquet } from '../../../connectors/delivery/index.ts'
import { bucket } from '../../../connectors/s3/index.ts'
import type { CommitPermit, Staged } from '../../../src/contract/sink.ts'
import { Chance } from '../../../src/testing/simulation/chance.ts'
import {
  type DestinationUnderTest,
  dataIn,
  objectDestinationContract,
} from '../../contract/object-destination.ts'
import { sinkContract } from '../../contract/sink.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { type Fault, first, noFaults, seededFaults } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { type Delay, delays, idsOfContent } from '../delivery/objects/lake.ts'
import { quickClock } from './quick-clock.ts'

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())
beforeEach(() => {
  s3.faults = noFaults
  s3.pageSize = 1000
})

const permit = { epoch: 1, generation: 1 } as CommitPermit
let prefixes = 0

function place(): DestinationUnderTest & { readonly prefix: string } {
  const prefix = `orders/${++prefixes}/`
  const { objects, uploads } = s3.bucket('lake')
  const own = () => [...objects].filter(([key]) => key.startsWith(prefix))
  const staged = () => [...uploads.values()].filter(({ key }) => key.startsWith(prefix))
  return {
    prefix,
    destination: bucket(`s3://lake/${prefix}`, { endpoint: s3.endpoint, giveUpAfter: '2m' }),
    clock: quickClock(),
    visible: () => new Map(own().map(([key, { content }]) => [key.slice(prefix.length), content])),
    stagedCount: () => staged().length,
    endStaged: () => {
      for (const { id } of staged()) uploads.delete(id)
    },
    idsOf: async (contents) => (await Promise.all(contents.map(idsOfContent))).flat(),
  }
}

objectDestinationContract('a bucket', place)

describe('a bucket whose lists come in pages of two', () => {
  beforeEach(() => {
    s3.pageSize = 2
  })
  objectDestinationContract('it', place)
})

function lakeIn(at: DestinationUnderTest) {
  return deliverySink({
    to: at.destination,
    format: parquet({ id: 'int32', month: 'string', minutes: 'double' }),
    partitionBy: (row) => ({ month: row.month }),
    roll: { size: '2KiB' },
  })
}

for (const faulty of [false, true]) {
  describe(faulty ? 'where requests go wrong' : 'where all is well', () => {
    beforeEach(() => {
      if (faulty) s3.faults = seededFaults(new Chance(7), 0.1)
    })
    sinkContract<Delay>(
      'deliverySink to a bucket',
      () => {
        const at = place()
        const context = sinkContext({ name: 'lake', clock: at.clock })
        const visible = async () => (await at.idsOf(dataIn(at))).flatMap((id) => delays(1, id))
        return { sink: lakeIn(at), context, visible }
      },
      (n) => delays(1, n)[0] as Delay,
      ({ id }) => id,
    )
  })
}

describe('a sink that writes to a bucket', () => {
  it('shows each row once when it is killed at any request, whether or not S3 acted on it', async () => {
    for (const fault of ['cut-before', 'cut-after'] as const) {
      for (let request = 1; ; request++) {
        const at = place()
        const died = await killedAtRequest(at, request, fault)
        const ids = (await at.idsOf(dataIn(at))).sort((a, b) => a - b)
        expect(ids).toEqual(delays(120).map(({ id }) => id))
        expect(at.stagedCount()).toBe(0)
        if (!died) break
      }
    }
  })

  async function killedAtRequest(at: DestinationUnderTest, request: number, fault: Fault): Promise<boolean> {
    let stored: { step: number; staged: Staged | undefined } = { step: 0, staged: undefined }
    const life = async () => {
      const writer = await lakeIn(at).open(
        sinkContext({ name: 'lake', clock: at.clock }),
        stored.staged?.state,
      )
      await writer.commit(stored.staged?.committables ?? [], permit)
      for (let step = stored.step; step < 2; step++) {
        writer.write(delays(60, step * 60), [])
        const { committables, state } = await writer.stage(step === 1)
        const parts = state.parts.map((part) => Uint8Array.from(part))
        stored = {
          step: step + 1,
          staged: { committables: JSON.parse(JSON.stringify(committables)), state: { ...state, parts } },
        }
        await writer.commit(committables, permit)
      }
      await writer.close()
    }
    let requests = 0
    s3.faults = () => {
      requests += 1
      if (requests < request) return undefined
      // After its death nothing that the process sends arrives: it is refused at once, so that the test need not wait.
      return requests === request ? fault : { status: 403, code: 'AccessDenied' }
    }
    const died = await life().then(
      () => false,
      () => true,
    )
    s3.faults = noFaults
    if (died || stored.step < 2) await life()
    return requests >= request
  }

  test.each<Fault>(['cut-after', 'late-error', 'cut-before', 'slow-down', 'error-in-200', 'conflict'])(
    'publishes when the answer is lost or the request fails (%s)',
    async (fault) => {
      const at = place()
      const stage = await at.destination.open({
        writer: 'lake-l1',
        owns: () => true,
        format: 'parquet',
        count() {},
        clock: at.clock,
        random: () => 0.5,
      })
      const content = async function* () {
        yield Buffer.from('content')
      }
      const staged = await stage.stage('lake-l1-0-1', content())
      s3.faults = first('CompleteMultipartUpload', fault, 2)
      await stage.publish([staged])
      expect([...at.visible().keys()]).toEqual(['lake-l1-0-1'])
      expect(at.stagedCount()).toBe(0)
    },
  )

  it('ends an upload of which it never heard that it had begun', async () => {
    const at = place()
    const writer = await lakeIn(at).open(sinkContext({ name: 'lake', clock: at.clock }), undefined)
    s3.faults = first('CreateMultipartUpload', 'cut-after')
    writer.write(delays(300), [])
    for (const last of [false, true]) {
      const { committables } = await writer.stage(last)
      await writer.commit(committables, permit)
    }
    expect(at.stagedCount()).toBe(0)
    await writer.close()
  })

  it('ends uploads of manifests that an earlier run has left', async () => {
    const at = place()
    const sink = deliverySink<{ id: number }>({
      to: at.destination,
      format: parquet({ id: 'int32' }),
      prefix: '!{timestamp:yyyy/MM/dd/HH}/',
      completeAt: 'prefix-time',
    })
    const context = sinkContext({ name: 'lake', clock: at.clock })
    for (const published of [false, true]) {
      const writer = await sink.open(context, undefined)
      writer.write([{ id: 1 }], [0])
      writer.watermark!(3_600_000)
      const { committables } = await writer.stage(true)
      expect(at.stagedCount()).toBe(published ? 6 : 3)
      if (published) await writer.commit(committables, permit)
      await writer.close()
    }
    expect(at.stagedCount()).toBe(0)
    expect([...at.visible().keys()].sort()).toEqual([
      '1970/01/01/00/_SUCCESS',
      '1970/01/01/00/lake-l1-000000000000-000000000000.parquet',
      '_ledger/lake-l1/000000000001-000000000000.ledger',
    ])
  })

  it('gives objects the encryption, storage class, tags and metadata that it is told', async () => {
    const at = place()
    const destination = bucket(`s3://lake/${at.prefix}`, {
      endpoint: s3.endpoint,
      encryption: { kmsKey: 'alias/lake' },
      storageClass: 'STANDARD_IA',
      tags: { team: 'a & b' },
      metadata: { origin: 'orders' },
    })
    const stage = await destination.open({
      writer: 'w',
      owns: () => true,
      format: 'parquet',
      count() {},
      clock: at.clock,
      random: () => 0.5,
    })
    const headers = new Promise<Readonly<Record<string, string>>>((resolve) => {
      s3.faults = (call) => {
        if (call.operation === 'CreateMultipartUpload') resolve(call.headers)
        return undefined
      }
    })
    const content = async function* () {
      yield Buffer.from('content')
    }
    await stage.publish([await stage.stage('w-0-1', content())])
    expect(await headers).toMatchObject({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/lake',
      'x-amz-storage-class': 'STANDARD_IA',
      'x-amz-tagging': 'team=a%20%26%20b',
      'x-amz-meta-origin': 'orders',
    })
  })

  it('fails with the key and the cause when S3 stays away, and the job restarts', async () => {
    const at = place()
    const impatient = bucket(`s3://lake/${at.prefix}`, { endpoint: s3.endpoint, giveUpAfter: '300ms' })
    const stage = await impatient.open({
      writer: 'w',
      owns: () => true,
      format: 'parquet',
      count() {},
      clock: at.clock,
      random: () => 0.5,
    })
    s3.faults = () => 'slow-down'
    const failure = stage.names(() => true)
    await expect(failure).rejects.toMatchObject({ code: 'SINK_FAILED', retryable: true })
    await expect(failure).rejects.toThrow('SlowDown')
  })

  test.each([
    ['lake/orders', {}],
    ['s3://lake', {}],
    ['s3://lake/orders', { storageClass: 'standard' }],
    ['s3://lake/orders', { tags: Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`${n}`, ''])) }],
    ['s3://lake/orders', { tags: { 'aws:x': '' } }],
    ['s3://lake/orders', { metadata: { Upper: '' } }],
    ['s3://lake/orders', { metadata: { name: 'ü' } }],
  ])('refuses %s with %j when the job is described', (url, options) => {
    expect(() => bucket(url, options)).toThrow(/^OPTION_INVALID/)
  })
})
