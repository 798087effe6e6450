import type { StoredBucket } from './stored-bucket.ts'

export type Operation =
  | 'HeadBucket'
  | 'ListObjectsV2'
  | 'DeleteObjects'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts'
  | 'ListMultipartUploads'

/** A request with its body, and the bucket that it is about. */
export interface Call {
  readonly operation: Operation
  readonly bucket: StoredBucket
  readonly bucketName: string
  readonly key: string
  readonly query: URLSearchParams
  /** Names in lower case; trailers of the body are among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly content: Buffer
  /** How often the key had been deleted when the request arrived. */
  readonly deletionsAtStart: number
  readonly now: number
  /** The most that one answer of a list has. */
  readonly pageSize: number
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/** The operation that a method, a key and a query name; `undefined` for those that this server does not have. */
export function operationOf(method: string, key: string, query: URLSearchParams): Operation | undefined {
  if ([...query.keys()].some((name) => !known.has(name))) return undefined
  const about = key === '' ? 'bucket' : 'object'
  const special = ['uploads', 'uploadId', 'delete'].find((name) => query.has(name)) ?? ''
  return operations[`${method} ${about} ${special}`.trim()]
}

/** What else a query may ask for, such as `acl`, is another operation. */
const known = new Set([
  ...['uploads', 'uploadId', 'delete', 'list-type', 'x-id', 'prefix', 'delimiter', 'max-keys', 'start-after'],
  ...['continuation-token', 'encoding-type', 'fetch-owner', 'partNumber', 'max-parts', 'part-number-marker'],
  ...['key-marker', 'upload-id-marker', 'max-uploads'],
])

const operations: Readonly<Record<string, Operation>> = {
  'HEAD bucket': 'HeadBucket',
  'GET bucket': 'ListObjectsV2',
  'GET bucket uploads': 'ListMultipartUploads',
  'POST bucket delete': 'DeleteObjects',
  'PUT object': 'PutObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'POST object uploads': 'CreateMultipartUpload',
  'PUT object uploadId': 'UploadPart',
  'POST object uploadId': 'CompleteMultipartUpload',
  'DELETE object uploadId': 'AbortMultipartUpload',
  'GET object uploadId': 'ListParts',
}
