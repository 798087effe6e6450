import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { millrace } from './millrace.ts'

const jobFile = 'examples/01-daily-delays.ts'
/** What the job says, line by line, when it is run with --json. */
interface Said {
  readonly kind?: string
  readonly type: 'event' | 'metrics'
  readonly records: number
  readonly watermark?: number
  readonly lastCheckpoint?: { readonly epoch: number }
  readonly restoredFrom?: number
}

/** Runs the job until it has caught up; on the way it is killed once, as a power cut would do it. */
export async function runKilledOnce(endpoint: string, folder: string, records: number): Promise<void> {
  console.log('  first run:')
  const killed = await runJob(endpoint, folder, (said) => isMidway(said, records))
  console.log(killed ? '  … killed with SIGKILL. Second run:' : '  … was done before it could be killed.')
  if (killed) await runJob(endpoint, folder, () => false)
}

/** A third is read, and some of it is in a checkpoint. A few records are read before the first figures come. */
function isMidway(said: Said, records: number): boolean {
  if (records < 500_000) return said.kind === 'checkpoint'
  return said.type === 'metrics' && said.records > records / 3 && (said.lastCheckpoint?.epoch ?? 0) > 2
}

/** Resolves with whether the job was killed. */
async function runJob(endpoint: string, folder: string, killWhen: (said: Said) => boolean): Promise<boolean> {
  const args = ['run', jobFile, '--until', 'caught-up', '--json']
  const where = ['--endpoint', endpoint, '--checkpoints', `${folder}/checkpoints`]
  const child = millrace([...args, ...where], ['ignore', 'pipe', 'inherit'])
  const exited = once(child, 'exit')
  let shown = ''
  for await (const line of createInterface({ input: child.stdout! })) {
    const said: Said = JSON.parse(line)
    // The last figures may be those before them.
    if (said.type === 'metrics' && progress(said) !== shown) {
      shown = progress(said)
      console.log(`  ${shown}`)
    }
    if (said.kind === 'started') console.log(`  ${beginning(said)}`)
    if (killWhen(said)) child.kill('SIGKILL')
  }
  const [code, signal] = await exited
  if (signal === 'SIGKILL') return true
  if (code !== 0) throw new Error(`the job ended with exit code ${code}`)
  return false
}

function beginning({ restoredFrom }: Said): string {
  return restoredFrom === undefined ? 'starts at TRIM_HORIZON' : `continues at checkpoint ${restoredFrom}`
}

function progress({ records, watermark, lastCheckpoint }: Said): string {
  const read = `${records.toLocaleString('en').padStart(11)} flights read in this run`
  const day = watermark === undefined ? '—' : new Date(watermark).toISOString().slice(0, 10)
  return `${read}   complete up to ${day}   checkpoint ${lastCheckpoint?.epoch ?? '—'}`
}
