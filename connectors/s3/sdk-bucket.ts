import type { S3Client } from '@aws-sdk/client-s3'
import type { Bucket, Marks, Part, Piece, Upload, UploadMarks } from './bucket.ts'
import { encrypted, type S3Encryption } from './encryption.ts'
import { equipped, type ObjectFeatures } from './object-features.ts'
import { failureOf } from './service-failure.ts'

/** The package that speaks to S3, loaded. */
export type Sdk = typeof import('@aws-sdk/client-s3')

export interface SdkBucketOptions {
  readonly bucket: string
  readonly expectedBucketOwner: string | undefined
  readonly encryption: S3Encryption | undefined
  /** What objects that are uploaded in parts have besides their content. */
  readonly features?: ObjectFeatures | undefined
  /** Whether the service is to verify what is uploaded. */
  readonly checksums: boolean
}

/** A bucket as the AWS SDK reaches it. */
export function sdkBucket(sdk: Sdk, client: S3Client, options: SdkBucketOptions): Bucket {
  const named = {
    Bucket: options.bucket,
    ...(options.expectedBucketOwner && { ExpectedBucketOwner: options.expectedBucketOwner }),
  }
  const encryption = encrypted(options.encryption)
  const { checksums } = options
  return {
    putIfAbsent: async (key, content, marks, abortSignal) => {
      const input = { ...named, Key: key, Body: content, Metadata: metadata(marks), IfNoneMatch: '*' }
      const checksum = checksums && { ChecksumCRC32: base64(marks.crc32) }
      await client.send(new sdk.PutObjectCommand({ ...input, ...checksum, ...encryption }), { abortSignal })
    },
    marksOf: (key, abortSignal) =>
      ifThere(async () => {
        const { Metadata } = await client.send(new sdk.HeadObjectCommand({ ...named, Key: key }), {
          abortSignal,
        })
        return marksIn(Metadata)
      }),
    get: (key, { start, size }, etag, abortSignal) =>
      ifNotEmpty(async () => {
        const range = {
          Range: `bytes=${start}-${start + size - 1}`,
          ...(etag !== undefined && { IfMatch: etag }),
        }
        const { Body, ContentRange, ContentLength, ETag, Metadata } = await client.send(
          new sdk.GetObjectCommand({ ...named, Key: key, ...range }),
          { abortSignal },
        )
        const content = await Body!.transformToByteArray()
        if (content.length !== (ContentLength ?? content.length)) throw cutOff(content.length, ContentLength!)
        const [, total] = /\/(\d+)$/.exec(ContentRange ?? '') ?? []
        return { content, objectSize: Number(total ?? content.length), etag: ETag, marks: marksIn(Metadata) }
      }),
    list: async (prefix, after, abortSignal) => {
      const input = { ...named, Prefix: prefix, ...(after !== undefined && { ContinuationToken: after }) }
      const { Contents = [], NextContinuationToken } = await client.send(
        new sdk.ListObjectsV2Command(input),
        {
          abortSignal,
        },
      )
      const items = Contents.map(({ Key, Size }) => ({ key: Key!, sizeBytes: Size ?? 0 }))
      return { items, next: NextContinuationToken }
    },
    delete: async (key, abortSignal) => {
      await client.send(new sdk.DeleteObjectCommand({ ...named, Key: key }), { abortSignal })
    },
    beginUpload: async (key, marks, abortSignal) => {
      const whole = checksums && { ChecksumAlgorithm: 'CRC32' as const, ChecksumType: 'FULL_OBJECT' as const }
      const { Metadata, ...features } = equipped(options.features, metadata(marks))
      const input = { ...named, Key: key, Metadata, ...features, ...whole, ...encryption }
      const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(input), { abortSignal })
      return UploadId!
    },
    putPart: async ({ key, id }, number, content, abortSignal) => {
      const input = { ...named, Key: key, UploadId: id, PartNumber: number, Body: content }
      const { ETag, ChecksumCRC32 } = await client.send(new sdk.UploadPartCommand(input), { abortSignal })
      return { number, etag: ETag!, crc32: ChecksumCRC32 }
    },
    completeIfAbsent: async ({ key, id }, parts, marks, abortSignal) => {
      const whole = checksums && { ChecksumType: 'FULL_OBJECT' as const, ChecksumCRC32: base64(marks.crc32) }
      const input = { ...named, Key: key, UploadId: id, IfNoneMatch: '*', ...whole }
      const MultipartUpload = { Parts: parts.map(completedPart) }
      await client.send(new sdk.CompleteMultipartUploadCommand({ ...input, MultipartUpload }), {
        abortSignal,
      })
    },
    abortUpload: async ({ key, id }, abortSignal) => {
      try {
        const input = { ...named, Key: key, UploadId: id }
        await client.send(new sdk.AbortMultipartUploadCommand(input), { abortSignal })
      } catch (error) {
        if (failureOf(error).kind !== 'upload-gone') throw error
      }
    },
    listUploads: async (prefix, after, abortSignal) => {
      const marker = after === undefined ? undefined : (JSON.parse(after) as Upload)
      const input = { ...named, Prefix: prefix, ...(marker !== undefined && markers(marker)) }
      const output = await client.send(new sdk.ListMultipartUploadsCommand(input), { abortSignal })
      const items = (output.Uploads ?? []).map(({ Key, UploadId }) => ({ key: Key!, id: UploadId! }))
      const next = { key: output.NextKeyMarker, id: output.NextUploadIdMarker }
      return { items, next: output.IsTruncated ? JSON.stringify(next) : undefined }
    },
  }
}

const metadata = ({ writer, crc32 }: UploadMarks) => ({
  'millrace-writer': writer,
  ...(crc32 !== undefined && { 'millrace-crc32': crc32 }),
})

function marksIn(found: Record<string, string> = {}): Partial<Marks> {
  const { 'millrace-writer': writer, 'millrace-crc32': crc32 } = found
  return { ...(writer !== undefined && { writer }), ...(crc32 !== undefined && { crc32 }) }
}

const completedPart = ({ number, etag, crc32 }: Part) => ({
  PartNumber: number,
  ETag: etag,
  ...(crc32 !== undefined && { ChecksumCRC32: crc32 }),
})

const markers = ({ key, id }: Upload) => ({ KeyMarker: key, UploadIdMarker: id })

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

function cutOff(got: number, promised: number): Error {
  return Object.assign(new Error(`${got} of ${promised} bytes came`), { name: 'IncompleteBody' })
}

/** No range fits into an object without content. */
async function ifNotEmpty(answer: () => Promise<Piece>): Promise<Piece | undefined> {
  try {
    return await ifThere(answer)
  } catch (error) {
    if (!(error instanceof Error && error.name === 'InvalidRange')) throw error
    return { content: new Uint8Array(), objectSize: 0, etag: undefined, marks: {} }
  }
}

async function ifThere<T>(answer: () => Promise<T>): Promise<T | undefined> {
  try {
    return await answer()
  } catch (error) {
    if (error instanceof Error && (error.name === 'NoSuchKey' || error.name === 'NotFound')) return undefined
    throw error
  }
}
