import { parentPort } from 'node:worker_threads'
import type { Answer, Request } from './encoder-thread.ts'
import { type FileEncoder, openEncoder } from './file-encoder.ts'

/*
 * The thread that encodes files. A request opens a file, adds rows to it, finishes it or forgets it; each is answered with
 * the bytes that it gave, in the order of the requests.
 */

const files = new Map<number, FileEncoder>()
let queue = Promise.resolve()

parentPort?.on('message', (request: Request) => {
  queue = queue.then(async () => answer(await answerTo(request)))
})

async function answerTo(request: Request): Promise<Answer> {
  const { file } = request
  try {
    return { file, pieces: await piecesOf(request) }
  } catch (error) {
    files.delete(file)
    // An instance of WebAssembly that has failed cannot be trusted any more: the thread ends by this.
    if (error instanceof Error && error.name === 'RuntimeError') throw error
    return { file, error: error instanceof Error ? error : new Error(String(error)) }
  }
}

async function piecesOf(request: Request): Promise<readonly Uint8Array[]> {
  const { file } = request
  if (request.kind === 'open') files.set(file, await openEncoder(request.encoding, request.told))
  const encoder = files.get(file)
  if (encoder === undefined) return []
  if (request.kind === 'rows') return encoder.add(request.batch)
  if (request.kind === 'open') return []
  files.delete(file)
  return request.kind === 'finish' ? encoder.finish() : []
}

function answer(result: Answer): void {
  const pieces = 'pieces' in result ? result.pieces.map(alone) : []
  const sent = 'pieces' in result ? { ...result, pieces } : result
  parentPort?.postMessage(sent, [...new Set(pieces.map(({ buffer }) => buffer))])
}

/** Memory of this size and less may be one that Node's buffers share. */
const sharedBytes = 65_536

/** In memory that can be given away. */
function alone(piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, length } = piece
  const isOwn =
    buffer instanceof ArrayBuffer && buffer.byteLength > sharedBytes && length * 2 > buffer.byteLength
  return isOwn ? (piece as Uint8Array<ArrayBuffer>) : new Uint8Array(piece)
}
