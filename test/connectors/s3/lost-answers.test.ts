import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import { type Fault, first } from '../../s3-server/faults.ts'
import { type S3Server, startS3 } from '../../s3-server/start-s3.ts'
import { storeAt } from './store-at.ts'

const small = Buffer.from('small')
const large = Buffer.alloc(2 ** 23 + 3, 'large')
const key = 'checkpoints/job/a'

let s3: S3Server
let store: CheckpointStore
beforeEach(async () => {
  s3 = await startS3()
  store = storeAt(s3)
})
afterEach(() => s3.close())

const stored = () => s3.bucket('lake').objects.get(key)?.content
const uploads = () => [...s3.bucket('lake').uploads.values()]
const asked = (operation: string) => s3.calls.filter((call) => call.operation === operation).length

describe('a write whose first attempt had its effect', () => {
  test.each<Fault>(['cut-after', 'late-error'])(
    'but whose answer was lost (%s) is written, not taken',
    async (fault) => {
      s3.faults = first('PutObject', fault)
      expect(await store.writeOnce('a', small)).toBe('written')
      expect(stored()).toEqual(small)
      expect(await storeAt(s3).writeOnce('a', small)).toBe('taken')
    },
  )

  test.each<Fault>(['cut-after', 'late-error'])(
    'in parts, and whose answer was lost (%s), is written',
    async (fault) => {
      s3.faults = first('CompleteMultipartUpload', fault)
      expect(await store.writeOnce('a', large)).toBe('written')
      expect(stored()?.equals(large)).toBe(true)
      expect(uploads()).toEqual([])
    },
  )

  it('is written when no attempt but the last could ask who took the name', async () => {
    const [lost, silenced] = [first('PutObject', 'cut-after'), first('HeadObject', 'internal-error', 3)]
    s3.faults = (call) => lost(call) ?? silenced(call)
    expect(await store.writeOnce('a', small)).toBe('written')
  })
})

describe('a write whose first attempt had no effect', () => {
  test.each<Fault>(['cut-before', 'torn', 'slow-down', 'internal-error', 'conflict'])(
    '(%s) is written by the next',
    async (fault) => {
      s3.faults = first('PutObject', fault, 3)
      expect(await store.writeOnce('a', small)).toBe('written')
      expect(stored()).toEqual(small)
    },
  )

  test.each<Fault>(['cut-before', 'torn', 'slow-down', 'error-in-200'])(
    'in parts (%s) is written by the next',
    async (fault) => {
      s3.faults = first('CompleteMultipartUpload', fault, 2)
      expect(await store.writeOnce('a', large)).toBe('written')
      expect(stored()?.equals(large)).toBe(true)
      expect(uploads()).toEqual([])
    },
  )

  test.each<Fault>(['cut-before', 'cut-after', 'torn', 'slow-down'])(
    'for some of its parts (%s) is written',
    async (fault) => {
      s3.faults = first('UploadPart', fault, 4)
      expect(await store.writeOnce('a', large)).toBe('written')
      expect(stored()?.equals(large)).toBe(true)
    },
  )

  it('is taken if somebody was quicker meanwhile', async () => {
    s3.faults = first('PutObject', 'cut-before')
    const other = storeAt(s3)
    const writing = store.writeOnce('a', small)
    const outcomes = await Promise.all([writing, other.writeOnce('a', Buffer.from('other'))])
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
    expect(stored()).toEqual(outcomes[0] === 'written' ? small : Buffer.from('other'))
  })
})

describe('a write', () => {
  it('of a name that is freed while it asks who took it is tried again', async () => {
    await storeAt(s3).writeOnce('a', Buffer.from('other'))
    s3.faults = ({ operation }) => {
      if (operation === 'HeadObject') s3.bucket('lake').delete(key)
      return undefined
    }
    expect(await store.writeOnce('a', small)).toBe('written')
    expect(stored()).toEqual(small)
  })

  it('that meets a deletion of the name is tried again', async () => {
    await storeAt(s3).writeOnce('a', Buffer.from('other'))
    s3.faults = ({ operation }) => (operation === 'PutObject' ? 'slow' : undefined)
    const [outcome] = await Promise.all([store.writeOnce('a', small), storeAt(s3).delete('a')])
    const expected = outcome === 'written' ? small : undefined
    expect(stored()).toEqual(expected)
  })

  it('in parts that conflicts with another is begun anew, and leaves no upload', async () => {
    s3.faults = first('CompleteMultipartUpload', 'conflict')
    expect(await store.writeOnce('a', large)).toBe('written')
    expect(asked('CreateMultipartUpload')).toBe(2)
    expect(uploads()).toEqual([])
  })

  it('in parts whose upload somebody aborts is begun anew', async () => {
    let aborted = false
    s3.faults = ({ operation }) => {
      if (operation === 'CompleteMultipartUpload' && !aborted) {
        aborted = true
        s3.bucket('lake').uploads.clear()
      }
      return undefined
    }
    expect(await store.writeOnce('a', large)).toBe('written')
    expect(stored()?.equals(large)).toBe(true)
  })

  it('in parts that finds its name taken leaves no upload', async () => {
    await storeAt(s3).writeOnce('a', small)
    expect(await store.writeOnce('a', large)).toBe('taken')
    expect(uploads()).toEqual([])
  })

  it('leaves no upload that it does not know of since the answer was lost', async () => {
    s3.faults = first('CreateMultipartUpload', 'cut-after')
    expect(await store.writeOnce('a', large)).toBe('written')
    expect(uploads()).toEqual([])
  })

  it('in parts that never heard that it had begun leaves nothing for longer than until the next', async () => {
    const impatient = storeAt(s3, 'checkpoints/job', {}, 200)
    await impatient.writeOnce('claim', small)
    s3.faults = ({ operation }) => (operation === 'CreateMultipartUpload' ? 'late-error' : undefined)
    await expect(impatient.writeOnce('a', large)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(uploads()).toEqual([])
    s3.faults = ({ operation }) => (operation === 'CreateMultipartUpload' ? 'late-error' : 'slow-down')
    await expect(impatient.writeOnce('a', large)).rejects.toMatchObject({ code: 'STORE_FAILED' })
    expect(uploads()).not.toEqual([])
    s3.faults = () => undefined
    await impatient.writeOnce('b', small)
    expect(uploads()).toEqual([])
  })

  it('in parts whose uploads are always ended by others fails in the end', async () => {
    s3.faults = ({ operation }) => {
      if (operation === 'UploadPart') s3.bucket('lake').uploads.clear()
      return undefined
    }
    const failure = await store.writeOnce('a', large).catch(String)
    expect(failure).toContain('5 uploads were ended by others [file s3://lake/checkpoints/job/a]')
  })

  it('in parts that fails leaves no upload and no object', async () => {
    s3.faults = first('UploadPart', { status: 403, code: 'AccessDenied' })
    await expect(store.writeOnce('a', large)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
    expect(uploads()).toEqual([])
    expect(stored()).toBeUndefined()
  })

  it('in parts whose upload could not be aborted is cleared away by a later one', async () => {
    const impatient = storeAt(s3, 'checkpoints/job', {}, 200)
    await impatient.writeOnce('claim', small)
    s3.faults = ({ operation }) => {
      if (operation === 'UploadPart') return { status: 400, code: 'InvalidRequest' }
      return operation === 'AbortMultipartUpload' ? 'slow-down' : undefined
    }
    await expect(impatient.writeOnce('a', large)).rejects.toMatchObject({ code: 'STORE_REFUSED' })
    expect(uploads()).toHaveLength(1)
    s3.faults = () => undefined
    await impatient.writeOnce('b', small)
    expect(uploads()).toEqual([])
  })

  it('of 8 MiB is one request, of a byte more three parts of requests', async () => {
    await store.writeOnce('a', Buffer.alloc(2 ** 23))
    expect([asked('PutObject'), asked('CreateMultipartUpload')]).toEqual([2, 0])
    await store.writeOnce('b', Buffer.alloc(2 ** 23 + 1))
    expect([asked('UploadPart'), asked('CompleteMultipartUpload')]).toEqual([2, 1])
  })
})

describe('a blob is read whole', () => {
  test.each<Fault>(['torn', 'cut-before', 'cut-after', 'slow-down'])(
    'after answers that fail (%s)',
    async (fault) => {
      await store.writeOnce('a', large)
      s3.faults = first('GetObject', fault, 4)
      expect(Buffer.compare((await store.read('a'))!, large)).toBe(0)
    },
  )

  it('also if it is deleted and written anew in the middle', async () => {
    const other = Buffer.alloc(large.length, 'other')
    await store.writeOnce('a', large)
    await store.writeOnce('b', other)
    let pieces = 0
    s3.faults = ({ operation }) => {
      const { objects } = s3.bucket('lake')
      if (operation === 'GetObject' && ++pieces === 2) objects.set(key, objects.get('checkpoints/job/b')!)
      return undefined
    }
    expect(Buffer.compare((await store.read('a'))!, other)).toBe(0)
  })

  it('or not at all, if it is deleted in the middle', async () => {
    await store.writeOnce('a', large)
    let pieces = 0
    s3.faults = ({ operation }) => {
      if (operation === 'GetObject' && ++pieces === 2) s3.bucket('lake').delete(key)
      return undefined
    }
    expect(await store.read('a')).toBeUndefined()
  })

  it('again if it comes with another checksum than it was written with', async () => {
    await store.writeOnce('a', small)
    const { objects } = s3.bucket('lake')
    const whole = objects.get(key)!
    objects.set(key, { ...whole, content: Buffer.from('smell') })
    s3.faults = ({ operation }) => {
      if (operation === 'GetObject' && asked('GetObject') === 1) objects.set(key, whole)
      return undefined
    }
    expect(await store.read('a')).toEqual(new Uint8Array(small))
    expect(asked('GetObject')).toBe(2)
  })

  it('as it is if it is damaged for good, for its reader to judge', async () => {
    await store.writeOnce('a', small)
    const { objects } = s3.bucket('lake')
    objects.set(key, { ...objects.get(key)!, content: Buffer.from('smell') })
    expect(Buffer.from((await store.read('a'))!).toString()).toBe('smell')
  })
})
