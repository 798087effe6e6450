import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { storeAt } from './store-at.ts'

const writer = join(import.meta.dirname, 's3-store-writer.ts')
const large = Buffer.alloc(2 ** 24, 'large')

let s3: S3Server
beforeEach(async () => {
  s3 = await startS3()
})
afterEach(() => s3.close())

const bucket = () => s3.bucket('lake')
const uploads = () => [...bucket().uploads.values()].map(({ key }) => key)

/** Leaves an upload with a part, as a writer does that dies. */
async function killedWriting(prefix: string): Promise<void> {
  let child: ChildProcess | undefined
  const dying = new Promise<void>((resolve) => {
    s3.faults = ({ operation }) => {
      if (operation === 'CompleteMultipartUpload') {
        child?.kill('SIGKILL')
        resolve()
        return 'silent'
      }
      return undefined
    }
  })
  child = spawn(process.execPath, ['--import', 'tsx', writer, s3.endpoint, prefix, 'parts/big', '20000000'], {
    stdio: 'ignore',
  })
  await Promise.all([dying, once(child, 'exit')])
  s3.faults = () => undefined
}

describe('a writer that is killed while a large blob goes up', () => {
  it('leaves nothing that is read or listed, and its upload goes with the first write of the next', async () => {
    await killedWriting('checkpoints/job')
    expect(uploads()).toEqual(['checkpoints/job/parts/big'])
    const store = storeAt(s3)
    expect(await store.list('')).toEqual([])
    expect(await store.read('parts/big')).toBeUndefined()
    expect(uploads()).toHaveLength(1)
    expect(await store.writeOnce('manifests/1', Buffer.from('claim'))).toBe('written')
    expect(uploads()).toEqual([])
    expect(await store.writeOnce('parts/big', large)).toBe('written')
  })
})

describe('the first write of a store', () => {
  const begin = (key: string) => {
    const id = bucket().newUploadId()
    const facts = { metadata: {}, headers: {}, algorithm: undefined, checksumType: undefined }
    bucket().uploads.set(id, { id, key, begunAt: 0, parts: new Map(), ...facts })
  }

  it('aborts no uploads of other folders, nor any that were begun later', async () => {
    begin('checkpoints/job/parts/1')
    begin('checkpoints/job-2/parts/1')
    begin('checkpoints/other/parts/1')
    begin('data/file')
    const store = storeAt(s3)
    await store.writeOnce('manifests/1', Buffer.from('claim'))
    begin('checkpoints/job/parts/2')
    await store.writeOnce('manifests/2', Buffer.from('next'))
    expect(uploads().sort()).toEqual([
      'checkpoints/job-2/parts/1',
      'checkpoints/job/parts/2',
      'checkpoints/other/parts/1',
      'data/file',
    ])
  })

  it('aborts nothing as long as it finds its name taken', async () => {
    await storeAt(s3).writeOnce('manifests/1', Buffer.from('of another run'))
    begin('checkpoints/job/parts/1')
    const store = storeAt(s3)
    expect(await store.writeOnce('manifests/1', Buffer.from('claim'))).toBe('taken')
    expect(uploads()).toHaveLength(1)
    expect(await store.writeOnce('manifests/2', Buffer.from('claim'))).toBe('written')
    expect(uploads()).toEqual([])
  })

  it('finds them on all pages of the list', async () => {
    s3.pageSize = 10
    for (let index = 0; index < 35; index += 1) begin(`checkpoints/job/parts/${index % 7}`)
    await storeAt(s3).writeOnce('manifests/1', Buffer.from('claim'))
    expect(uploads()).toEqual([])
  })

  it('is made at a service that knows no list of uploads', async () => {
    s3.faults = ({ operation }) =>
      operation === 'ListMultipartUploads' ? { status: 501, code: 'NotImplemented' } : undefined
    expect(await storeAt(s3).writeOnce('manifests/1', Buffer.from('claim'))).toBe('written')
  })
})
