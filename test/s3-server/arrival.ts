import type { IncomingMessage } from 'node:http'
import { unchunked } from './aws-chunked.ts'
import { S3Error } from './s3-error.ts'

/** What a request is about, before its body has come. */
export interface Target {
  readonly bucketName: string
  readonly key: string
  readonly query: URLSearchParams
}

/** A bucket in the path, or as the first label of the host's name. */
export function targetOf(url: string, host: string): Target {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const path = pathname.slice(1)
  const [, inHost] = /^(.+)\.(?:s3[.-][\w.-]+|localhost)(?::\d+)?$/.exec(host) ?? []
  if (inHost !== undefined) return { bucketName: inHost, key: decodeURIComponent(path), query: searchParams }
  const [bucketName = ''] = path.split('/', 1)
  const key = decodeURIComponent(path.slice(bucketName.length + 1))
  return { bucketName: decodeURIComponent(bucketName), key, query: searchParams }
}

/** The body of a request, with trailers among its headers. Rejects if the connection ends before. */
export async function bodyOf(request: IncomingMessage) {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  const raw = Buffer.concat(pieces)
  const headers = headersOf(request)
  const streaming = headers['x-amz-content-sha256']?.startsWith('STREAMING-') === true
  if (!streaming && headers['content-encoding']?.includes('aws-chunked') !== true)
    return { headers, content: raw }
  const { content, trailers } = unchunked(raw)
  const promised = headers['x-amz-decoded-content-length']
  if (promised !== undefined && Number(promised) !== content.length) {
    throw new S3Error(400, 'IncompleteBody', 'You did not provide the number of bytes specified')
  }
  return { headers: { ...headers, ...trailers }, content }
}

export function headersOf(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(', ')]))
}
