import type { Answer, Call } from './call.ts'
import { invalidArgument } from './s3-error.ts'
import { inByteOrder } from './stored-bucket.ts'
import { document } from './xml.ts'

export function listObjectsV2({ bucket, bucketName, query, pageSize }: Call): Answer {
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const most = mostOf(query.get('max-keys'), pageSize)
  const token = query.get('continuation-token')
  const startAfter = token === null ? (query.get('start-after') ?? '') : ''
  const keys = bucket.keys().filter((key) => isAfter(key, startAfter))
  const last = token === null ? '' : entryIn(token)
  const entries = entriesOf(keys, prefix, delimiter).filter((entry) => isAfter(entry, last))
  const page = entries.slice(0, most)
  const truncated = entries.length > page.length
  const url = query.get('encoding-type') === 'url'
  const shown = (text: string) => (url ? encodeURIComponent(text).replaceAll('%2F', '/') : text)
  return {
    status: 200,
    body: document('ListBucketResult', {
      ...{ Name: bucketName, Prefix: shown(prefix), KeyCount: page.length, MaxKeys: most },
      ...(delimiter !== '' && { Delimiter: shown(delimiter) }),
      ...(url && { EncodingType: 'url' }),
      IsTruncated: truncated,
      ...(token !== null && { ContinuationToken: token }),
      ...(startAfter !== '' && { StartAfter: shown(startAfter) }),
      ...(truncated && page.length > 0 && { NextContinuationToken: tokenOf(page.at(-1)!) }),
      Contents: page
        .filter((entry) => !isCommon(entry, prefix, delimiter))
        .map((key) => {
          const { etag, content, modifiedAt } = bucket.objects.get(key)!
          const size = { ETag: etag, Size: content.length, StorageClass: 'STANDARD' }
          return { Key: shown(key), LastModified: new Date(modifiedAt).toISOString(), ...size }
        }),
      CommonPrefixes: page
        .filter((entry) => isCommon(entry, prefix, delimiter))
        .map((common) => ({ Prefix: shown(common) })),
    }),
  }
}

export function listMultipartUploads({ bucket, bucketName, query, pageSize }: Call): Answer {
  const prefix = query.get('prefix') ?? ''
  const most = mostOf(query.get('max-uploads'), pageSize)
  const [keyMarker, idMarker] = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '']
  const rest = [...bucket.uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || (a.id < b.id ? -1 : 1))
    .filter(({ key, id }) => key > keyMarker || (key === keyMarker && idMarker !== '' && id > idMarker))
  const page = rest.slice(0, most)
  const last = page.at(-1)
  return {
    status: 200,
    body: document('ListMultipartUploadsResult', {
      ...{ Bucket: bucketName, Prefix: prefix, KeyMarker: keyMarker, UploadIdMarker: idMarker },
      ...(last && { NextKeyMarker: last.key, NextUploadIdMarker: last.id }),
      MaxUploads: most,
      IsTruncated: rest.length > page.length,
      Upload: page.map(({ key, id, begunAt }) => ({
        ...{ Key: key, UploadId: id, Initiated: new Date(begunAt).toISOString(), StorageClass: 'STANDARD' },
      })),
    }),
  }
}

/** Keys, with those that have a delimiter after the prefix put together. */
function entriesOf(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const entries = new Set<string>()
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
    entries.add(end < 0 ? key : key.slice(0, end + delimiter.length))
  }
  return inByteOrder([...entries])
}

function isCommon(entry: string, prefix: string, delimiter: string): boolean {
  return delimiter !== '' && entry.endsWith(delimiter) && entry.length > prefix.length
}

function isAfter(entry: string, after: string): boolean {
  return after === '' || Buffer.compare(Buffer.from(entry), Buffer.from(after)) > 0
}

function mostOf(asked: string | null, pageSize: number): number {
  const most = Number(asked ?? pageSize)
  if (!Number.isInteger(most) || most < 0)
    throw invalidArgument('Argument must be an integer between 0 and 2147483647')
  return Math.min(most, pageSize)
}

/** Tokens are opaque: what a client makes of them itself is refused. */
const tokenOf = (entry: string) => Buffer.from(`after:${entry}`).toString('base64url')

function entryIn(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith('after:')) throw invalidArgument('The continuation token provided is incorrect')
  return text.slice('after:'.length)
}
