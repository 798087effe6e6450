import type { Answer, Call } from './call.ts'
import { checksum, headerOf, md5 } from './checksums.ts'
import { assertWritable, matches } from './conditions.ts'
import { assertIntact, givenChecksum } from './content-checks.ts'
import { noSuchKey, preconditionFailed, S3Error } from './s3-error.ts'
import type { ObjectFacts, StoredObject } from './stored-bucket.ts'
import { document, elements, textOf } from './xml.ts'

export function putObject(call: Call): Answer {
  const { bucket, key, headers, content, now } = call
  assertKey(key)
  assertIntact(call)
  assertWritable(call)
  const etag = `"${md5(content).toString('hex')}"`
  const given = givenChecksum(headers)
  const stored = given && ({ ...given, type: 'FULL_OBJECT' } as const)
  bucket.objects.set(key, { ...factsOf(headers), content, etag, modifiedAt: now, checksum: stored })
  return { status: 200, headers: { ETag: etag, ...(given && { [headerOf(given.algorithm)]: given.value }) } }
}

export function getObject({ bucket, key, headers, operation }: Call): Answer {
  const found = bucket.objects.get(key)
  if (found === undefined) throw noSuchKey(key)
  const [ifMatch, ifNoneMatch] = [headers['if-match'], headers['if-none-match']]
  if (ifMatch !== undefined && !matches(ifMatch, found.etag)) throw preconditionFailed('If-Match')
  if (ifNoneMatch !== undefined && matches(ifNoneMatch, found.etag)) return { status: 304 }
  const size = found.content.length
  const range = rangeOf(headers['range'], size)
  const body = range === undefined ? found.content : found.content.subarray(range.start, range.end + 1)
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...found.headers,
      ...found.metadata,
      ETag: found.etag,
      'Last-Modified': new Date(found.modifiedAt).toUTCString(),
      'Accept-Ranges': 'bytes',
      'Content-Length': String(body.length),
      ...(range !== undefined && { 'Content-Range': `bytes ${range.start}-${range.end}/${size}` }),
      ...(range === undefined && headers['x-amz-checksum-mode'] === 'ENABLED' && checksumHeaders(found)),
    },
    ...(operation === 'GetObject' && { body }),
  }
}

export function deleteObject({ bucket, key, headers }: Call): Answer {
  const [condition, found] = [headers['if-match'], bucket.objects.get(key)]
  if (condition !== undefined && found === undefined) throw noSuchKey(key)
  if (condition !== undefined && !matches(condition, found!.etag)) throw preconditionFailed('If-Match')
  bucket.delete(key)
  return { status: 204 }
}

export function deleteObjects(call: Call): Answer {
  const text = call.content.toString()
  if (call.headers['content-md5'] === undefined && givenChecksum(call.headers) === undefined) {
    throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5')
  }
  assertIntact(call)
  const keys = elements(text, 'Object').map((object) => textOf(object, 'Key')!)
  if (keys.length === 0 || keys.length > 1000) {
    throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed')
  }
  for (const key of keys) call.bucket.delete(key)
  const told = textOf(text, 'Quiet') === 'true' ? [] : keys
  return { status: 200, body: document('DeleteResult', { Deleted: told.map((key) => ({ Key: key })) }) }
}

export function assertKey(key: string): void {
  if (Buffer.byteLength(key) > 1024) throw new S3Error(400, 'KeyTooLongError', 'Your key is too long')
}

/** Headers that come back with an object. */
export function factsOf(headers: Call['headers']): ObjectFacts {
  const kept = Object.entries(headers)
  const metadata = kept.filter(([name]) => name.startsWith('x-amz-meta-'))
  const others = kept.filter(([name]) =>
    /^(content-type|cache-control|x-amz-server-side-encryption.*)$/.test(name),
  )
  return { metadata: Object.fromEntries(metadata), headers: Object.fromEntries(others) }
}

/** Without a checksum of the client the service makes one of its own. */
function checksumHeaders({ checksum: stored, content }: StoredObject) {
  const given = stored ?? {
    algorithm: 'CRC64NVME' as const,
    value: checksum('CRC64NVME', content),
    type: 'FULL_OBJECT',
  }
  return { [headerOf(given.algorithm)]: given.value, 'x-amz-checksum-type': given.type }
}

function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < start) return undefined
  if (start >= size) throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable')
  return { start, end }
}
