import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { archiveIn } from '../../../connectors/s3/bucket-archive.ts'
import { connect } from '../../../connectors/s3/connect.ts'
import { bucketArchive } from '../../../connectors/s3/index.ts'
import { locationAt } from '../../../connectors/s3/location.ts'
import { first, noFaults } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { quickClock } from './quick-clock.ts'
import { storeAt } from './store-at.ts'

let s3: S3Server
beforeAll(async () => {
  s3 = await startS3()
})
afterAll(() => s3.close())
beforeEach(() => {
  s3.faults = noFaults
  s3.pageSize = 1000
  s3.calls.length = 0
})

let prefixes = 0

/** A folder with files of so many bytes, which count from 0 on. */
async function filled(...sizes: number[]) {
  const folder = `archive/${++prefixes}`
  const store = storeAt(s3, folder)
  for (const [index, size] of sizes.entries())
    await store.writeOnce(
      `file-${index}`,
      Uint8Array.from({ length: size }, (_, at) => at),
    )
  s3.calls.length = 0
  const location = locationAt(`s3://lake/${folder}`)
  const how = { clock: quickClock(), random: () => 0.5, patienceMs: 2000 }
  return {
    store,
    place: archiveIn(location, () => connect({ bucket: 'lake', endpoint: s3.endpoint }), how),
    gets: () => s3.calls.filter(({ operation }) => operation === 'GetObject').length,
  }
}

describe('an archive in a bucket', () => {
  it('lists what is there, however many pages that takes', async () => {
    const { place } = await filled(1, 1, 1, 1, 1)
    s3.pageSize = 2
    expect((await place.list()).toSorted()).toEqual(['file-0', 'file-1', 'file-2', 'file-3', 'file-4'])
  })

  it('reads a small file with one request', async () => {
    const { place, gets } = await filled(1000)
    const file = await place.open('file-0')
    expect(file.sizeBytes).toBe(1000)
    expect([...(await file.read(300, 303))]).toEqual([44, 45, 46])
    expect((await file.read(0, 1000)).length).toBe(1000)
    expect(gets()).toBe(1)
  })

  it('reads ranges of a large one', async () => {
    const { place, gets } = await filled(600_000)
    const file = await place.open('file-0')
    expect([...(await file.read(599_998, 600_000))]).toEqual([599_998 % 256, 599_999 % 256])
    expect(gets()).toBe(2)
  })

  it('asks again when the service is not well', async () => {
    const { place } = await filled(600_000)
    for (const fault of ['internal-error', 'cut-before', 'torn'] as const) {
      s3.faults = first('GetObject', fault)
      const file = await place.open('file-0')
      s3.faults = first('GetObject', fault)
      expect((await file.read(1, 600_000)).length).toBe(599_999)
    }
  })

  it('says what it could not read', async () => {
    const { place, store } = await filled(600_000)
    const file = await place.open('file-0')
    await store.delete('file-0')
    await store.writeOnce('file-0', new Uint8Array(600_000))
    await expect(file.read(1, 600_000)).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      happened: expect.stringContaining('it was replaced while the archive was read'),
      where: { file: `s3://lake/archive/${prefixes}/file-0` },
    })
    await store.delete('file-0')
    await expect(place.open('file-0')).rejects.toMatchObject({
      code: 'SOURCE_FAILED',
      happened: expect.stringContaining('it was deleted'),
    })
    s3.faults = first('ListObjectsV2', { status: 403, code: 'AccessDenied' })
    await expect(place.list()).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    s3.faults = () => 'internal-error'
    await expect(place.list()).rejects.toMatchObject({ code: 'SOURCE_FAILED' })
  })

  it('is named by a URL', () => {
    expect(() => bucketArchive('lake/orders')).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })
})
