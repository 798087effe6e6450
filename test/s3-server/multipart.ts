import type { Answer, Call } from './call.ts'
import { type Algorithm, algorithms, checksum, compositeChecksum, headerOf, md5 } from './checksums.ts'
import { assertWritable } from './conditions.ts'
import { assertIntact, badDigest, givenChecksum } from './content-checks.ts'
import { assertKey, factsOf } from './objects.ts'
import { invalidArgument, S3Error } from './s3-error.ts'
import type { StoredChecksum, StoredPart, StoredUpload } from './stored-bucket.ts'
import { document, elements, textOf } from './xml.ts'

const leastPartBytes = 5 * 2 ** 20
const mostParts = 10_000

export function createMultipartUpload({ bucket, bucketName, key, headers, now }: Call): Answer {
  assertKey(key)
  const asked = headers['x-amz-checksum-algorithm']
  const algorithm = algorithms.find((one) => one === asked)
  if (asked !== undefined && algorithm === undefined)
    throw invalidArgument('Checksum algorithm provided is unsupported')
  const type = headers['x-amz-checksum-type'] ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  if (type === 'FULL_OBJECT' && algorithm?.startsWith('SHA')) {
    throw new S3Error(400, 'InvalidRequest', `The FULL_OBJECT checksum type cannot be used with ${algorithm}`)
  }
  const id = bucket.newUploadId()
  bucket.uploads.set(id, {
    ...factsOf(headers),
    id,
    key,
    begunAt: now,
    algorithm,
    checksumType: algorithm && (type as StoredChecksum['type']),
    parts: new Map(),
  })
  const body = document('InitiateMultipartUploadResult', { Bucket: bucketName, Key: key, UploadId: id })
  return { status: 200, body }
}

export function uploadPart(call: Call): Answer {
  const upload = uploadOf(call)
  const number = Number(call.query.get('partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > mostParts) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive')
  }
  assertIntact(call)
  const given = givenChecksum(call.headers)
  if (upload.algorithm !== undefined && given !== undefined && given.algorithm !== upload.algorithm) {
    throw new S3Error(400, 'InvalidRequest', `Checksum Type mismatch occurred, expected ${upload.algorithm}`)
  }
  const etag = `"${md5(call.content).toString('hex')}"`
  const made = upload.algorithm && {
    algorithm: upload.algorithm,
    value: checksum(upload.algorithm, call.content),
  }
  upload.parts.set(number, { content: call.content, etag, modifiedAt: call.now, checksum: given ?? made })
  return { status: 200, headers: { ETag: etag, ...(given && { [headerOf(given.algorithm)]: given.value }) } }
}

export function completeMultipartUpload(call: Call): Answer {
  const { bucket, bucketName, key, headers, now } = call
  const upload = uploadOf(call)
  const parts = partsNamed(call.content.toString(), upload)
  const content = Buffer.concat(parts.map((part) => part.content))
  const wantedSize = headers['x-amz-mp-object-size']
  if (wantedSize !== undefined && Number(wantedSize) !== content.length) {
    throw new S3Error(400, 'InvalidRequest', 'The provided x-amz-mp-object-size does not match the object')
  }
  const stored = checksumOf(upload, parts, content)
  const given = givenChecksum(headers)
  if (given !== undefined && given.algorithm === stored?.algorithm && given.value !== stored.value) {
    throw badDigest(given.algorithm)
  }
  assertWritable(call)
  const sums = Buffer.concat(parts.map((part) => md5(part.content)))
  const etag = `"${md5(sums).toString('hex')}-${parts.length}"`
  const { metadata, headers: kept } = upload
  bucket.objects.set(key, { metadata, headers: kept, content, etag, modifiedAt: now, checksum: stored })
  bucket.uploads.delete(upload.id)
  const result = { Location: `/${bucketName}/${key}`, Bucket: bucketName, Key: key, ETag: etag }
  const sum = stored && { [`Checksum${stored.algorithm}`]: stored.value, ChecksumType: stored.type }
  return { status: 200, body: document('CompleteMultipartUploadResult', { ...result, ...sum }) }
}

export function abortMultipartUpload(call: Call): Answer {
  call.bucket.uploads.delete(uploadOf(call).id)
  return { status: 204 }
}

export function listParts(call: Call): Answer {
  const { id, key, parts } = uploadOf(call)
  const most = Math.min(Number(call.query.get('max-parts') ?? 1000), 1000)
  const after = Number(call.query.get('part-number-marker') ?? 0)
  const rest = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b)
  const page = rest.slice(0, most)
  const listed = page.map(([number, { content, etag, modifiedAt, checksum: sum }]) => ({
    PartNumber: number,
    LastModified: new Date(modifiedAt).toISOString(),
    ETag: etag,
    Size: content.length,
    ...(sum && { [`Checksum${sum.algorithm}`]: sum.value }),
  }))
  return {
    status: 200,
    body: document('ListPartsResult', {
      ...{ Bucket: call.bucketName, Key: key, UploadId: id, MaxParts: most, PartNumberMarker: after },
      NextPartNumberMarker: page.at(-1)?.[0],
      IsTruncated: rest.length > page.length,
      Part: listed,
    }),
  }
}

function uploadOf({ bucket, key, query }: Call): StoredUpload {
  const upload = bucket.uploads.get(query.get('uploadId') ?? '')
  if (upload?.key === key) return upload
  throw new S3Error(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  )
}

/** The parts that a document names, in its order. */
function partsNamed(text: string, { parts }: StoredUpload): StoredPart[] {
  const named = elements(text, 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag')?.replace(/"/g, ''),
    sums: algorithms.flatMap((algorithm) => textOf(part, `Checksum${algorithm}`) ?? []),
  }))
  if (named.length === 0) throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed')
  if (named.some(({ number }, index) => index > 0 && number <= named[index - 1]!.number)) {
    throw new S3Error(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.')
  }
  return named.map(({ number, etag, sums }, index) => {
    const part = parts.get(number)
    const sumsHold = sums.every((sum) => sum === part?.checksum?.value)
    if (part === undefined || part.etag.replace(/"/g, '') !== etag || !sumsHold) {
      throw new S3Error(400, 'InvalidPart', 'One or more of the specified parts could not be found.')
    }
    if (index < named.length - 1 && part.content.length < leastPartBytes) {
      throw new S3Error(
        400,
        'EntityTooSmall',
        'Your proposed upload is smaller than the minimum allowed size',
      )
    }
    return part
  })
}

function checksumOf(
  { algorithm, checksumType }: StoredUpload,
  parts: readonly StoredPart[],
  content: Buffer,
): StoredChecksum | undefined {
  if (algorithm === undefined) return undefined
  const type = checksumType ?? 'COMPOSITE'
  const value = type === 'FULL_OBJECT' ? checksum(algorithm, content) : composite(algorithm, parts)
  return { algorithm, value, type }
}

function composite(algorithm: Algorithm, parts: readonly StoredPart[]): string {
  return compositeChecksum(
    algorithm,
    parts.map((part) => checksum(algorithm, part.content)),
  )
}
