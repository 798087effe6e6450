import type { Readable } from 'node:stream'

/** No call that the service accepts is larger: 10 MiB of records are 14 MiB in base64. */
export const largestBody = 16 * 2 ** 20

/**
 * The whole body of a request; `'too-large'` as soon as it is known to be. Never resolves to a part: it rejects if the
 * client goes away.
 */
export function boundedBody(
  stream: Readable,
  declaredSize: string | undefined,
): Promise<Buffer | 'too-large'> {
  if (Number(declaredSize ?? 0) > largestBody) return Promise.resolve('too-large')
  // The end of a body without bytes does not wait for somebody to read it.
  if (stream.readableEnded) return Promise.resolve(Buffer.alloc(0))
  return new Promise((resolve, reject) => {
    if (stream.destroyed) reject(new Error('The client went away'))
    const chunks: Buffer[] = []
    let size = 0
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largestBody) chunks.push(chunk)
      else resolve('too-large')
    })
    stream.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size)))
    stream.on('error', reject)
    stream.on('close', () => reject(new Error('The client went away')))
  })
}
