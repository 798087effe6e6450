import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { describe, expect, it, test } from 'vitest'

/** Where a suite puts its objects. */
export interface S3Place {
  readonly client: S3Client
  readonly bucket: string
  /** Nothing else is below it. */
  readonly prefix: string
}

const mebibyte = 2 ** 20
const partSize = 5 * mebibyte

/** What of the public contract of S3 the store needs, and what its server for tests promises besides. */
export function s3ServiceContract(name: string, place: () => S3Place): void {
  let keys = 0
  const newKey = (end = '') => `${place().prefix}${++keys}${end}`
  const Bucket = () => place().bucket
  const client = () => place().client
  const put = (Key: string, content: string | Readable, more: Partial<PutObjectCommandInput> = {}) => {
    const Body = typeof content === 'string' ? Buffer.from(content) : content
    return client().send(new PutObjectCommand({ Bucket: Bucket(), Key, Body, ...more }))
  }
  const get = async (Key: string, more: Partial<GetObjectCommandInput> = {}) => {
    const output = await client().send(new GetObjectCommand({ Bucket: Bucket(), Key, ...more }))
    return { ...output, text: await output.Body!.transformToString('latin1') }
  }
  const textAt = async (key: string) => (await get(key)).text
  const begin = async (Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) =>
    (await client().send(new CreateMultipartUploadCommand({ Bucket: Bucket(), Key, ...more }))).UploadId!
  const putPart = async (Key: string, UploadId: string, PartNumber: number, Body: Uint8Array) => {
    const { ETag } = await client().send(
      new UploadPartCommand({ Bucket: Bucket(), Key, UploadId, PartNumber, Body }),
    )
    return { PartNumber, ETag: ETag! }
  }
  const complete = (
    Key: string,
    UploadId: string,
    Parts: { PartNumber: number; ETag: string }[],
    more: object = {},
  ) => {
    const named = { Bucket: Bucket(), Key, UploadId, MultipartUpload: { Parts } }
    return client().send(new CompleteMultipartUploadCommand({ ...named, ...more }))
  }
  const list = (more: object = {}) =>
    client().send(new ListObjectsV2Command({ Bucket: Bucket(), Prefix: place().prefix, ...more }))
  const refused = (attempt: Promise<unknown>, code: string, status: number) =>
    expect(attempt).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: status } })
  const md5 = (text: string | Uint8Array) => createHash('md5').update(text).digest('hex')

  describe(`${name}: an object`, () => {
    it('comes back with its content, tag, type and metadata', async () => {
      const key = newKey()
      const { ETag } = await put(key, 'text', { ContentType: 'text/plain', Metadata: { writer: 'a-1' } })
      expect(ETag).toBe(`"${md5('text')}"`)
      const found = await get(key)
      expect(found).toMatchObject({ text: 'text', ETag, ContentLength: 4, ContentType: 'text/plain' })
      expect(found.Metadata).toEqual({ writer: 'a-1' })
      expect(Math.abs(found.LastModified!.getTime() - Date.now())).toBeLessThan(600_000)
      const head = await client().send(new HeadObjectCommand({ Bucket: Bucket(), Key: key }))
      expect(head).toMatchObject({ ETag, ContentLength: 4, Metadata: { writer: 'a-1' } })
    })

    it('that is not there is NoSuchKey, and NotFound without words to a HEAD', async () => {
      await refused(get(newKey()), 'NoSuchKey', 404)
      await refused(
        client().send(new HeadObjectCommand({ Bucket: Bucket(), Key: newKey() })),
        'NotFound',
        404,
      )
    })

    it('of a bucket that is not there is NoSuchBucket', async () => {
      const missing = { Bucket: 'millrace-contract-no-such-bucket', Key: 'a' }
      await refused(client().send(new GetObjectCommand(missing)), 'NoSuchBucket', 404)
      await client().send(new HeadBucketCommand({ Bucket: Bucket() }))
    })

    it('may have any characters in its key', async () => {
      const key = newKey(`/a&b<c>'"d e+f%25g#h?i=é€𐍈;`)
      await put(key, 'odd')
      expect(await textAt(key)).toBe('odd')
      expect((await list({ Prefix: key })).Contents?.map(({ Key }) => Key)).toEqual([key])
    })

    it('has a key of at most 1024 bytes', async () => {
      const key = newKey()
      await put(key.padEnd(1024, 'x'), '')
      await refused(put(key.padEnd(1025, 'x'), ''), 'KeyTooLongError', 400)
    })

    it('is replaced as a whole, read after write', async () => {
      const key = newKey()
      for (let round = 0; round < 5; round += 1) {
        await put(key, `round ${round}`)
        expect(await textAt(key)).toBe(`round ${round}`)
      }
    })
  })

  describe(`${name}: a range`, () => {
    test.each([
      ['bytes=0-2', 'abc', 'bytes 0-2/10'],
      ['bytes=3-5', 'def', 'bytes 3-5/10'],
      ['bytes=7-', 'hij', 'bytes 7-9/10'],
      ['bytes=-2', 'ij', 'bytes 8-9/10'],
      ['bytes=8-100', 'ij', 'bytes 8-9/10'],
    ])('%s of ten bytes is %s', async (Range, text, ContentRange) => {
      const key = newKey()
      await put(key, 'abcdefghij')
      expect(await get(key, { Range })).toMatchObject({ text, ContentRange, ContentLength: text.length })
    })

    it('that begins after the end is InvalidRange, as is any of an empty object', async () => {
      const [key, empty] = [newKey(), newKey()]
      await put(key, 'abc')
      await put(empty, '')
      await refused(get(key, { Range: 'bytes=3-' }), 'InvalidRange', 416)
      await refused(get(empty, { Range: 'bytes=0-9' }), 'InvalidRange', 416)
    })

    it('is of the object with a tag, or none', async () => {
      const key = newKey()
      const { ETag } = await put(key, 'first')
      expect((await get(key, { Range: 'bytes=1-2', IfMatch: ETag })).text).toBe('ir')
      await put(key, 'second')
      await refused(get(key, { Range: 'bytes=1-2', IfMatch: ETag }), 'PreconditionFailed', 412)
    })
  })

  describe(`${name}: a checksum`, () => {
    test.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
      'of %s is verified and kept',
      async (algorithm) => {
        const key = newKey()
        const output = await put(key, 'text', { ChecksumAlgorithm: algorithm })
        const field = `Checksum${algorithm}` as const
        expect(output[field]).toMatch(/=|\w/)
        expect((await get(key, { ChecksumMode: 'ENABLED' }))[field]).toBe(output[field])
        const wrong = {
          [field]: Buffer.alloc(Buffer.from(output[field]!, 'base64').length).toString('base64'),
        }
        await refused(put(newKey(), 'text', wrong), 'BadDigest', 400)
      },
    )

    it('comes after a body of which the client knows it only at its end', async () => {
      const key = newKey()
      const pieces = Array.from({ length: 40 }, (_, index) => Buffer.alloc(9_000, index))
      await put(key, Readable.from(pieces), { ContentLength: 360_000, ChecksumAlgorithm: 'CRC32' })
      const { text, ChecksumCRC32 } = await get(key, { ChecksumMode: 'ENABLED' })
      expect(md5(Buffer.from(text, 'latin1'))).toBe(md5(Buffer.concat(pieces)))
      expect(ChecksumCRC32).toBeDefined()
    })

    it('in MD5 that does not match is BadDigest', async () => {
      const ContentMD5 = Buffer.from(md5('other'), 'hex').toString('base64')
      await refused(put(newKey(), 'text', { ContentMD5 }), 'BadDigest', 400)
    })
  })

  describe(`${name}: a conditional write`, () => {
    it('of a key that is free has its effect, of a taken one none', async () => {
      const key = newKey()
      await put(key, 'first', { IfNoneMatch: '*' })
      await refused(put(key, 'second', { IfNoneMatch: '*' }), 'PreconditionFailed', 412)
      expect(await textAt(key)).toBe('first')
    })

    it('by many at the same time has one effect; the others are refused', async () => {
      const key = newKey()
      const writes = Array.from({ length: 12 }, (_, n) => put(key, `writer ${n}`, { IfNoneMatch: '*' }))
      const settled = await Promise.allSettled(writes)
      const winners = settled.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []))
      expect(winners).toHaveLength(1)
      expect(await textAt(key)).toBe(`writer ${winners[0]}`)
      for (const one of settled) {
        if (one.status === 'rejected')
          expect(['PreconditionFailed', 'ConditionalRequestConflict']).toContain(one.reason.name)
      }
    })

    it('of a deleted key has its effect', async () => {
      const key = newKey()
      await put(key, 'first')
      await client().send(new DeleteObjectCommand({ Bucket: Bucket(), Key: key }))
      await put(key, 'second', { IfNoneMatch: '*' })
      expect(await textAt(key)).toBe('second')
    })

    it('on a tag replaces that object only', async () => {
      const key = newKey()
      const { ETag } = await put(key, 'first')
      await put(key, 'second', { IfMatch: ETag! })
      await refused(put(key, 'third', { IfMatch: ETag! }), 'PreconditionFailed', 412)
      await refused(put(newKey(), 'third', { IfMatch: ETag! }), 'NoSuchKey', 404)
      expect(await textAt(key)).toBe('second')
    })

    it('knows no other condition on what is not there than "*"', () =>
      refused(put(newKey(), 'a', { IfNoneMatch: '"tag"' }), 'NotImplemented', 501))
  })

  describe(`${name}: an upload in parts`, () => {
    const bigPart = Buffer.alloc(partSize, 'big')
    const parts = async (key: string, id: string) => [
      await putPart(key, id, 1, bigPart),
      await putPart(key, id, 3, Buffer.from('the end')),
    ]

    it('becomes one object of its parts in order, with what was said at its beginning', async () => {
      const key = newKey()
      const id = await begin(key, { Metadata: { writer: 'b-2' }, ContentType: 'text/plain' })
      const last = await putPart(key, id, 3, Buffer.from('the end'))
      const first = await putPart(key, id, 1, bigPart)
      await refused(get(key), 'NoSuchKey', 404)
      const { ETag } = await complete(key, id, [first, last])
      const sums = Buffer.concat([md5(bigPart), md5('the end')].map((sum) => Buffer.from(sum, 'hex')))
      expect(ETag).toBe(`"${md5(sums)}-2"`)
      const head = await client().send(new HeadObjectCommand({ Bucket: Bucket(), Key: key }))
      expect(head).toMatchObject({ ContentLength: partSize + 7, Metadata: { writer: 'b-2' }, ETag })
      expect((await get(key, { Range: `bytes=${partSize - 3}-` })).text).toMatch(/the end$/)
    })

    it('takes the last of several parts with a number', async () => {
      const key = newKey()
      const id = await begin(key)
      await putPart(key, id, 1, Buffer.from('first'))
      const second = await putPart(key, id, 1, Buffer.from('second'))
      await complete(key, id, [second])
      expect(await textAt(key)).toBe('second')
    })

    it('is refused with parts that are too small, unknown, not as said, or out of order', async () => {
      const key = newKey()
      const id = await begin(key)
      const small = await putPart(key, id, 2, Buffer.from('small'))
      const [first, last] = await parts(key, id)
      await refused(complete(key, id, [first!, small, last!]), 'EntityTooSmall', 400)
      await refused(complete(key, id, [{ ...first!, PartNumber: 7 }]), 'InvalidPart', 400)
      await refused(complete(key, id, [{ ...first!, ETag: last!.ETag }]), 'InvalidPart', 400)
      await refused(complete(key, id, [last!, first!]), 'InvalidPartOrder', 400)
      await refused(complete(key, id, []), 'MalformedXML', 400)
      await complete(key, id, [first!, last!])
    })

    it('has parts with numbers from 1 to 10,000', async () => {
      const key = newKey()
      const id = await begin(key)
      await refused(putPart(key, id, 10_001, Buffer.from('')), 'InvalidArgument', 400)
      await complete(key, id, [await putPart(key, id, 10_000, Buffer.from('only'))])
      expect(await textAt(key)).toBe('only')
    })

    it('is listed with its parts until it is completed or aborted', async () => {
      const key = newKey()
      const [id, other] = [await begin(key), await begin(key)]
      await parts(key, id)
      const listed = await client().send(new ListPartsCommand({ Bucket: Bucket(), Key: key, UploadId: id }))
      expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
        [1, partSize],
        [3, 7],
      ])
      const page = await client().send(
        new ListPartsCommand({
          Bucket: Bucket(),
          Key: key,
          UploadId: id,
          PartNumberMarker: '1',
          MaxParts: 1,
        }),
      )
      expect(page.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3])
      const uploads = async () => {
        const { Uploads = [] } = await client().send(
          new ListMultipartUploadsCommand({ Bucket: Bucket(), Prefix: key }),
        )
        return Uploads.map(({ UploadId }) => UploadId)
      }
      expect((await uploads()).sort()).toEqual([id, other].sort())
      for (const UploadId of [id, other])
        await client().send(new AbortMultipartUploadCommand({ Bucket: Bucket(), Key: key, UploadId }))
      expect(await uploads()).toEqual([])
      await refused(putPart(key, id, 1, Buffer.from('')), 'NoSuchUpload', 404)
      await refused(get(key), 'NoSuchKey', 404)
    })

    it('is listed by pages', async () => {
      const prefix = newKey('/')
      const ids = new Set<string>()
      for (let index = 0; index < 5; index += 1) ids.add(await begin(`${prefix}${index >> 1}`))
      const found: string[] = []
      let marker = {}
      for (;;) {
        const page = await client().send(
          new ListMultipartUploadsCommand({ Bucket: Bucket(), Prefix: prefix, MaxUploads: 2, ...marker }),
        )
        found.push(...(page.Uploads ?? []).map(({ UploadId }) => UploadId!))
        if (!page.IsTruncated) break
        marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
      }
      expect(found).toHaveLength(5)
      expect(new Set(found)).toEqual(ids)
      for (const [index, UploadId] of [...ids].entries())
        await client().send(
          new AbortMultipartUploadCommand({ Bucket: Bucket(), Key: `${prefix}${index >> 1}`, UploadId }),
        )
    })

    it('on the condition that its key is free finds it taken by what was written meanwhile, and stays', async () => {
      const key = newKey()
      const id = await begin(key)
      const all = await parts(key, id)
      await put(key, 'quicker', { IfNoneMatch: '*' })
      await refused(complete(key, id, all, { IfNoneMatch: '*' }), 'PreconditionFailed', 412)
      expect(await textAt(key)).toBe('quicker')
      await client().send(new AbortMultipartUploadCommand({ Bucket: Bucket(), Key: key, UploadId: id }))
    })

    it('on that condition, of two at the same time, wins once', async () => {
      const key = newKey()
      const ids = [await begin(key), await begin(key)]
      const made = await Promise.all(ids.map((id) => parts(key, id)))
      const settled = await Promise.allSettled(
        ids.map((id, n) => complete(key, id, made[n]!, { IfNoneMatch: '*' })),
      )
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const UploadId of ids)
        await client()
          .send(new AbortMultipartUploadCommand({ Bucket: Bucket(), Key: key, UploadId }))
          .catch(() => {})
    })

    it('may have a checksum of the whole object, which is verified', async () => {
      const key = newKey()
      const full = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const
      const id = await begin(key, full)
      const all = await parts(key, id)
      const wrong = { ChecksumType: 'FULL_OBJECT', ChecksumCRC32: 'AAAAAA==' }
      await refused(complete(key, id, all, wrong), 'BadDigest', 400)
      const { ChecksumCRC32 } = await complete(key, id, all, { ChecksumType: 'FULL_OBJECT' })
      const head = await client().send(
        new HeadObjectCommand({ Bucket: Bucket(), Key: key, ChecksumMode: 'ENABLED' }),
      )
      expect(head).toMatchObject({ ChecksumCRC32, ChecksumType: 'FULL_OBJECT' })
    })
  })

  describe(`${name}: a listing`, () => {
    const filled = async (names: readonly string[]) => {
      const prefix = newKey('/')
      for (const one of names) await put(prefix + one, one)
      return prefix
    }
    const keysOf = (
      prefix: string,
      { Contents = [] }: { Contents?: { Key?: string | undefined }[] | undefined },
    ) => Contents.map(({ Key }) => Key!.slice(prefix.length))

    it('has keys in the order of their bytes', async () => {
      const prefix = await filled(['b', 'a/b', 'a', 'B', 'a-b', 'é', 'a.b', '10', '9'])
      expect(keysOf(prefix, await list({ Prefix: prefix }))).toEqual([
        '10',
        '9',
        'B',
        'a',
        'a-b',
        'a.b',
        'a/b',
        'b',
        'é',
      ])
    })

    it('comes in pages that lead to each other', async () => {
      const prefix = await filled(['1', '2', '3', '4', '5'])
      const pages: string[][] = []
      let ContinuationToken: string | undefined
      do {
        const page = await list({ Prefix: prefix, MaxKeys: 2, ContinuationToken })
        pages.push(keysOf(prefix, page))
        expect(page.KeyCount).toBe(pages.at(-1)!.length)
        ContinuationToken = page.NextContinuationToken
      } while (ContinuationToken !== undefined)
      expect(pages).toEqual([['1', '2'], ['3', '4'], ['5']])
    })

    it('begins after a key, and refuses tokens that are none', async () => {
      const prefix = await filled(['1', '2', '3'])
      expect(keysOf(prefix, await list({ Prefix: prefix, StartAfter: `${prefix}2` }))).toEqual(['3'])
      await refused(list({ Prefix: prefix, ContinuationToken: 'made-up' }), 'InvalidArgument', 400)
    })

    it('puts keys with a delimiter together', async () => {
      const prefix = await filled(['a', 'b/1', 'b/2', 'c', 'd/1'])
      const page = await list({ Prefix: prefix, Delimiter: '/' })
      expect(keysOf(prefix, page)).toEqual(['a', 'c'])
      expect(page.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual([`${prefix}b/`, `${prefix}d/`])
      expect(page.KeyCount).toBe(4)
      const second = await list({ Prefix: prefix, Delimiter: '/', MaxKeys: 2 })
      const { NextContinuationToken: ContinuationToken } = second
      const rest = await list({ Prefix: prefix, Delimiter: '/', ContinuationToken })
      expect([keysOf(prefix, rest), rest.CommonPrefixes?.length]).toEqual([['c'], 1])
    })

    it('shows at once what was written and what was deleted', async () => {
      const prefix = await filled(['a'])
      await client().send(new DeleteObjectCommand({ Bucket: Bucket(), Key: `${prefix}a` }))
      expect(keysOf(prefix, await list({ Prefix: prefix }))).toEqual([])
      await put(`${prefix}b`, '')
      expect(keysOf(prefix, await list({ Prefix: prefix }))).toEqual(['b'])
    })
  })

  describe(`${name}: a deletion`, () => {
    it('succeeds also where nothing is', async () => {
      const key = newKey()
      await put(key, 'a')
      await client().send(new DeleteObjectCommand({ Bucket: Bucket(), Key: key }))
      await client().send(new DeleteObjectCommand({ Bucket: Bucket(), Key: key }))
      await refused(get(key), 'NoSuchKey', 404)
    })

    it('of many names each that is gone', async () => {
      const named = [newKey(), newKey('&<'), newKey()]
      for (const key of named.slice(0, 2)) await put(key, 'a')
      const Objects = named.map((Key) => ({ Key }))
      const { Deleted } = await client().send(
        new DeleteObjectsCommand({ Bucket: Bucket(), Delete: { Objects } }),
      )
      expect(Deleted?.map(({ Key }) => Key).sort()).toEqual([...named].sort())
      await refused(get(named[0]!), 'NoSuchKey', 404)
    })
  })
}
