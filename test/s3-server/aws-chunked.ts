import { S3Error } from './s3-error.ts'

/** A body as clients send it that learn its checksum only while they send. */
export interface Unchunked {
  readonly content: Buffer
  /** Headers that come after the content, in lower case. */
  readonly trailers: Readonly<Record<string, string>>
}

/**
 * Takes a body of `Content-Encoding: aws-chunked` apart:
 *
 *     <size in hex>[;chunk-signature=…]\r\n<content>\r\n … 0[;…]\r\n[<trailer>:<value>\r\n …]\r\n
 */
export function unchunked(body: Buffer): Unchunked {
  const contents: Buffer[] = []
  let at = 0
  const line = () => {
    const end = body.indexOf('\r\n', at)
    if (end < 0) throw new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly')
    const text = body.toString('latin1', at, end)
    at = end + 2
    return text
  }
  for (;;) {
    const size = Number.parseInt(line(), 16)
    if (Number.isNaN(size)) throw new S3Error(400, 'InvalidRequest', 'The chunk has no size')
    if (size === 0) break
    contents.push(body.subarray(at, at + size))
    at += size
    if (line() !== '') throw new S3Error(400, 'IncompleteBody', 'The request body terminated unexpectedly')
  }
  const trailers: Record<string, string> = {}
  while (at < body.length) {
    const [, name, value] = /^([^:]+):(.*)$/.exec(line()) ?? []
    if (name !== undefined) trailers[name.toLowerCase()] = (value ?? '').trim()
  }
  return { content: Buffer.concat(contents), trailers }
}
