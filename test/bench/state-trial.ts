import { diskState, memoryState } from '../../src/contract/state-backend.ts'
import { keyedStateIn } from '../../src/state/keyed-state-in.ts'
import { plainContent } from '../../src/state/state-content.ts'

/** A small accumulator, as of a count and a sum, and perhaps a text. */
type Accumulator = [count: number, sum: number] | [count: number, sum: number, text: string]

const [keysText = '10000000', padText = '0', backend = 'disk', folderText = ''] = process.argv.slice(2)

export const keys = Number(keysText)
const backends = {
  memory: memoryState(),
  disk: diskState(),
  'disk, as good as nothing in memory': diskState({ memory: '1B' }),
}

/** Where the checkpoints are. */
export const folder = folderText
export const pad = 'x'.repeat(Number(padText))

/** Aborted at the end. */
export const over = new AbortController()
export const around = { signal: over.signal, resume: (act: () => void) => act() }

export function createState(requestCheckpoint?: () => void) {
  const state = backends[backend as keyof typeof backends]
  return keyedStateIn<Accumulator>(
    { ...around, state, requestCheckpoint, mayUseThreads: true },
    plainContent('bench'),
  )
}

export function say(name: string, figure: string): void {
  console.log(`${figure.padStart(30)}   ${name}`)
}
