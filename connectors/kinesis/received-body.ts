import type { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

/** Ten thousand records of 10 MiB together are a third of this, even in JSON with every character of a key escaped. */
const mostBytes = 64 * 2 ** 20

/**
 * Gives the chunks of a body to `take` as they come in. Rejects if the body does not come to its end, is larger than
 * any answer of Kinesis, or `take` throws; then the connection is closed.
 */
export async function receive(body: Readable | Uint8Array, take: (chunk: Buffer) => void): Promise<void> {
  if (body instanceof Uint8Array) return take(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  let bytes = 0
  body.on('data', (chunk: Buffer) => {
    if (body.destroyed) return
    try {
      bytes += chunk.length
      if (bytes > mostBytes) throw new SyntaxError(`the answer is larger than ${mostBytes} bytes`)
      take(chunk)
    } catch (error) {
      body.destroy(error as Error)
    }
  })
  await finished(body)
}

/** The whole body. */
export async function received(body: Readable | Uint8Array): Promise<Buffer> {
  const chunks: Buffer[] = []
  await receive(body, (chunk) => chunks.push(chunk))
  return Buffer.concat(chunks)
}
