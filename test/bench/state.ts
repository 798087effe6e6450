import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** How many keys, how many characters their values have besides two numbers, and the backend. */
const trials = [
  ['10000000', '0', 'disk'],
  ['10000000', '0', 'disk, as good as nothing in memory'],
  ['10000000', '0', 'memory'],
  ['1000000', '0', 'disk'],
  ['1000000', '0', 'memory'],
  ['4000000', '250', 'memory'],
] as const

/** Keyed state by itself, each trial in a process of its own, and each start from its checkpoint in another. They print what they find. */
export async function benchState(): Promise<void> {
  for (const trial of trials) {
    const [keys, characters, backend] = trial
    console.log(`\nKeyed state, ${backend}: ${keys} keys, ${characters} characters each and two numbers`)
    const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
    try {
      await inProcess('state-run.ts', [...trial, folder])
      await inProcess('state-restore.ts', [...trial, folder])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** With the memory that Node gives a process by itself. */
async function inProcess(program: string, args: readonly string[]): Promise<void> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
  })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}`)
}
