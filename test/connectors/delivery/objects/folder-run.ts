// A small job in a process of its own, for tests that kill it: node … folder checkpoint-file steps
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import type { Staged } from '../../../../src/contract/sink.ts'
import { MillraceError, reasons } from '../../../../src/errors.ts'
import { contextOf, delays, lakeSink, ManualClock, permit } from './lake.ts'

const [folder = '', checkpointFile = '', steps = '0'] = process.argv.slice(2)
const rowsAStep = 1000

interface Checkpoint {
  readonly step: number
  readonly staged: Staged
}

function publish(checkpoint: Checkpoint): void {
  writeFileSync(`${checkpointFile}.new`, serialize(checkpoint))
  renameSync(`${checkpointFile}.new`, checkpointFile)
}

async function run(): Promise<void> {
  const restored: Checkpoint | undefined = existsSync(checkpointFile)
    ? deserialize(readFileSync(checkpointFile))
    : undefined
  const sink = lakeSink(folder, '8KiB')
  const writer = await sink.open(contextOf(new ManualClock()), restored?.staged.state)
  await writer.commit(restored?.staged.committables ?? [], permit)
  for (let step = restored?.step ?? 0; step < Number(steps); step++) {
    writer.write(delays(rowsAStep, step * rowsAStep), [])
    const staged = await writer.stage(step === Number(steps) - 1)
    publish({ step: step + 1, staged })
    await writer.commit(staged.committables, permit)
  }
  await writer.close()
}

try {
  await run()
  process.stdout.write('done\n')
} catch (error) {
  process.stdout.write(`${error instanceof MillraceError ? error.code : ''} ${reasons(error).join(' | ')}\n`)
}
