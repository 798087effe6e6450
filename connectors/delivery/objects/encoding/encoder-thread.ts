import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Batch, Packed, Rows, Told } from '../format.ts'
import type { Encoding } from './file-encoder.ts'

export type Request = { readonly file: number } & (
  | { readonly kind: 'open'; readonly encoding: Encoding; readonly told: Told }
  | { readonly kind: 'rows'; readonly batch: Batch }
  | { readonly kind: 'finish' | 'forget' }
)
export type Answer = { readonly file: number } & (
  | { readonly pieces: readonly Uint8Array[] }
  | { readonly error: Error }
)

/** Pieces are handed over no larger than this: hashing one must not hold the job up. */
const pieceBytes = 2 ** 20

/** So many batches of a file are on their way, so that the thread need not wait for the disk. */
const batchesAhead = 2

/** The thread that encodes the files of all sinks of this process. It starts with the first, and keeps no process alive. */
let shared: EncoderThread | undefined

/**
 * The bytes of a file, encoded on a thread of its own, a batch at a time. It takes over the memory of the rows.
 *
 * @throws Error if the encoder fails, or its thread dies.
 */
export async function* encodedElsewhere(
  encoding: Encoding,
  rows: Rows,
  told: Told,
): AsyncGenerator<Uint8Array> {
  if (shared === undefined || shared.dead) shared = new EncoderThread()
  const thread = shared
  const file = thread.newFile()
  let isDone = false
  try {
    await thread.ask({ file, kind: 'open', encoding, told })
    const asked: Promise<readonly Uint8Array[]>[] = []
    for (const batch of rows) {
      const pieces = thread.ask({ file, kind: 'rows', batch })
      // If one before it fails, nobody will wait for this one.
      pieces.catch(() => {})
      asked.push(pieces)
      if (asked.length > batchesAhead) yield* small((await asked.shift()) ?? [])
    }
    for (const pieces of asked) yield* small(await pieces)
    const last = await thread.ask({ file, kind: 'finish' })
    isDone = true
    yield* small(last)
  } finally {
    // Nobody waits for what the rest would have been.
    if (!isDone) thread.ask({ file, kind: 'forget' }).catch(() => {})
  }
}

function* small(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceBytes) yield piece.subarray(at, at + pieceBytes)
  }
}

interface Asked {
  resolve(pieces: readonly Uint8Array[]): void
  reject(error: Error): void
}

class EncoderThread {
  readonly #worker: Worker
  /** Answers come in the order of requests. */
  readonly #asked: Asked[] = []
  #files = 0
  dead = false

  constructor() {
    this.#worker = startedWorker()
    this.#worker.on('message', (answer: Answer) => this.#settle(answer))
    this.#worker.on('error', (cause) => this.#die(new Error('the encoder failed', { cause })))
    this.#worker.on('exit', () => this.#die(new Error('the thread that encodes files has ended')))
    this.#worker.unref()
  }

  newFile(): number {
    return this.#files++
  }

  ask(request: Request): Promise<readonly Uint8Array[]> {
    if (this.dead) return Promise.reject(new Error('the thread that encodes files has ended'))
    const [sent, given] = 'batch' in request ? withOwnMemory(request) : [request, []]
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject })
      // As long as somebody waits, the process has a reason to live.
      this.#worker.ref()
      this.#worker.postMessage(sent, given)
    })
  }

  #settle(answer: Answer): void {
    const asked = this.#asked.shift()
    if (this.#asked.length === 0) this.#worker.unref()
    if ('error' in answer) asked?.reject(answer.error)
    else asked?.resolve(answer.pieces)
  }

  #die(error: Error): void {
    this.dead = true
    for (const { reject } of this.#asked.splice(0)) reject(error)
  }
}

function startedWorker(): Worker {
  const extension = extname(import.meta.url)
  const url = new URL(`./encoder-worker${extension}`, import.meta.url)
  if (extension !== '.ts') return new Worker(url)
  // The sources themselves, as when they are tested, need a loader that a thread has to bring with it.
  const program = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url)}) })`
  return new Worker(program, { eval: true })
}

/** Runs that are views of larger memory are copied; those that have memory of their own are given away. */
function withOwnMemory<R extends { readonly batch: Batch }>(request: R): [request: R, given: ArrayBuffer[]] {
  const packed: Packed = request.batch.packed.map((run) => {
    const owns = run.byteLength === run.buffer.byteLength && run.buffer instanceof ArrayBuffer
    return owns ? run : new Uint8Array(run)
  })
  const given = packed.map(({ buffer }) => buffer as ArrayBuffer)
  return [{ ...request, batch: { ...request.batch, packed } }, given]
}
