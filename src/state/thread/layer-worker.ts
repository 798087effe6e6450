import { parentPort } from 'node:worker_threads'
import type { StoredFile, WriteFile } from '../../contract/snapshot.ts'
import { isMillraceError } from '../../errors.ts'
import type { Layer } from '../layer.ts'
import { layerWorkHere } from '../layer-work.ts'
import type { FromThread, LayerTask, NumberedFile, SentError, SentLayer, ToThread } from './layer-messages.ts'

/*
 * The thread that makes files of keyed state. Tasks run side by side; the files that they read and write are read and
 * written by the thread of the job, which has the store.
 */

type Answer = Extract<ToThread, { readonly call: number }>

const answers = new Map<number, (answer: Answer) => void>()
let calls = 0

parentPort?.on('message', (message: ToThread) => {
  if ('begin' in message) void run(message.task, message.begin)
  else {
    answers.get(message.call)?.(message)
    answers.delete(message.call)
  }
})

async function run(task: number, begin: LayerTask): Promise<void> {
  try {
    const layer = await layerOf(task, begin)
    send({ task, done: layer && sentLayer(layer) })
  } catch (error) {
    send({ task, error: sentError(error) })
  }
}

function layerOf(task: number, begin: LayerTask): Promise<Layer | undefined> {
  const write: WriteFile = async (content) => {
    const answer = await asked((call) =>
      send({ task, call, write: content }, [content.buffer as ArrayBuffer]),
    )
    return fileThere(task, (answer as { readonly written: NumberedFile }).written)
  }
  if (begin.kind === 'ordered') return layerWorkHere.ordered(begin.pieces, begin.header, write)
  const layers = begin.layers.map((layer) => ({
    ...layer,
    files: layer.files.map((file) => fileThere(task, file)),
  }))
  return layerWorkHere.merged(layers, begin.options, write)
}

/** A file that the thread of the job has. */
function fileThere(task: number, { number, sizeBytes }: NumberedFile): StoredFile & NumberedFile {
  const read = async () => {
    const answer = await asked((call) => send({ task, call, readFile: number }))
    return (answer as { readonly read: Uint8Array }).read
  }
  return { number, sizeBytes, read }
}

async function asked(ask: (call: number) => void): Promise<Answer> {
  const call = calls++
  const answer = await new Promise<Answer>((resolve) => {
    answers.set(call, resolve)
    ask(call)
  })
  if ('failed' in answer) throw new Error('the thread of the job could not read or write a file')
  return answer
}

function sentLayer(layer: Layer): SentLayer {
  const files = (layer.files as readonly (StoredFile & NumberedFile)[]).map(({ number, sizeBytes }) => ({
    number,
    sizeBytes,
  }))
  return { ...layer, files }
}

function sentError(error: unknown): SentError {
  if (isMillraceError(error)) return { code: error.code, message: error.happened, stack: error.stack }
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return { code: undefined, message, stack }
}

function send(message: FromThread, given: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, given)
}
