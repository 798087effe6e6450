import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { StoredFile, WriteFile } from '../../contract/snapshot.ts'
import { MillraceError } from '../../errors.ts'
import type { Layer } from '../layer.ts'
import { type LayerWork, layerWorkHere } from '../layer-work.ts'
import type { FromThread, LayerTask, NumberedFile, SentError, SentLayer, ToThread } from './layer-messages.ts'

/** What is smaller than this is done sooner than it is given away, and most jobs need no thread. */
const asideBytes = 2 ** 20

/**
 * Has the work on files that are large done by another thread of this process, which all states share. It starts when it
 * is first needed, and ends with the last state.
 *
 * @param signal The end of the state.
 */
export function layerWorkAside(signal: AbortSignal): LayerWork {
  thread.enter(signal)
  return {
    ordered: (pieces, header, write) =>
      pieces.sizeBytes < asideBytes
        ? layerWorkHere.ordered(pieces, header, write)
        : thread.ordered(pieces, header, write),
    merged: (layers, options, write) =>
      layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) < asideBytes
        ? layerWorkHere.merged(layers, options, write)
        : thread.merged(layers, options, write),
  }
}

interface Task {
  readonly files: StoredFile[]
  readonly write: WriteFile
  resolve(layer: Layer | undefined): void
  reject(error: unknown): void
  /** Why a file could not be read or written, as whoever did it says. */
  failure: { readonly error: unknown } | undefined
}

class LayerThread implements LayerWork {
  #worker: Worker | undefined
  #states = 0
  #taskCount = 0
  readonly #tasks = new Map<number, Task>()

  enter(signal: AbortSignal): void {
    this.#states += 1
    const leave = () => {
      this.#states -= 1
      const worker = this.#worker
      if (this.#states > 0 || worker === undefined) return
      // Who comes next has another thread.
      this.#giveUp(worker, new Error('the job is over'))
      void worker.terminate()
    }
    signal.addEventListener('abort', leave, { once: true })
  }

  readonly ordered: LayerWork['ordered'] = (pieces, header, write) =>
    this.#begun(
      { kind: 'ordered', pieces, header },
      pieces.pieces.map(({ buffer }) => buffer as ArrayBuffer),
      [],
      write,
    )

  readonly merged: LayerWork['merged'] = (layers, options, write) => {
    const files = layers.flatMap((layer) => layer.files)
    let number = 0
    const numbered = layers.map((layer) => ({
      ...layer,
      files: layer.files.map(({ sizeBytes }) => ({ number: number++, sizeBytes })),
    }))
    return this.#begun({ kind: 'merged', layers: numbered, options }, [], files, write)
  }

  #begun(
    begin: LayerTask,
    given: readonly ArrayBuffer[],
    files: StoredFile[],
    write: WriteFile,
  ): Promise<Layer | undefined> {
    const worker = this.#started()
    const task = this.#taskCount++
    return new Promise((resolve, reject) => {
      this.#tasks.set(task, { files, write, resolve, reject, failure: undefined })
      // As long as somebody waits, the process has a reason to live.
      worker.ref()
      send(worker, { task, begin }, given)
    })
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = startedWorker()
    this.#worker = worker
    worker.on('message', (message: FromThread) => this.#take(message))
    worker.on('error', (cause) => this.#giveUp(worker, cause))
    worker.on('exit', (code) => this.#giveUp(worker, new Error(`it ended with exit code ${code}`)))
    return worker
  }

  #take(message: FromThread): void {
    const task = this.#tasks.get(message.task)
    if (task === undefined) return
    if ('call' in message) void this.#answer(task, message)
    else {
      this.#tasks.delete(message.task)
      if (this.#tasks.size === 0) this.#worker?.unref()
      if ('error' in message) task.reject(task.failure?.error ?? errorFrom(message.error))
      else task.resolve(message.done && layerFrom(message.done, task.files))
    }
  }

  async #answer(task: Task, asked: Extract<FromThread, { readonly call: number }>): Promise<void> {
    const { task: number, call } = asked
    const worker = this.#worker
    const answer = async (): Promise<ToThread> => {
      if ('readFile' in asked) return { task: number, call, read: await task.files[asked.readFile]!.read() }
      return { task: number, call, written: await written(task, asked.write) }
    }
    const answered = await answer().catch((error): ToThread => {
      task.failure ??= { error }
      return { task: number, call, failed: true }
    })
    if (worker !== undefined) send(worker, answered, 'read' in answered ? ownMemory(answered.read) : [])
  }

  /** Nothing more is expected of a thread. */
  #giveUp(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const error = new MillraceError('UNEXPECTED', 'the thread that writes keyed state has ended', { cause })
    for (const { reject } of this.#tasks.values()) reject(error)
    this.#tasks.clear()
  }
}

const thread = new LayerThread()

function send(worker: Worker, message: ToThread, given: readonly ArrayBuffer[] = []): void {
  worker.postMessage(message, given)
}

/** The memory that these bytes have to themselves, so that it can be given away; all else is copied. */
function ownMemory({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

async function written({ files, write }: Task, content: Uint8Array): Promise<NumberedFile> {
  const file = await write(content)
  files.push(file)
  return { number: files.length - 1, sizeBytes: file.sizeBytes }
}

function layerFrom({ files, ...layer }: SentLayer, known: readonly StoredFile[]): Layer {
  return { ...layer, files: files.map(({ number }) => known[number]!) }
}

function errorFrom({ code, message, stack }: SentError): Error {
  const error = code === undefined ? new Error(message) : new MillraceError(code, message)
  if (stack !== undefined) error.stack = stack
  return error
}

/** Hardly anything that the thread allocates lives long. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 }

function startedWorker(): Worker {
  const extension = extname(import.meta.url)
  const url = new URL(`./layer-worker${extension}`, import.meta.url)
  if (extension !== '.ts') return new Worker(url, { resourceLimits })
  // The sources themselves, as when they are tested, need a loader that a thread has to bring with it.
  const program = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(url)}) })`
  return new Worker(program, { eval: true, resourceLimits })
}
