import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How many keys, how many characters their values have besides two numbers, and the backend. */
const trials = [
  ['10000000', '0', 'memory'],
  ['10000000', '0', 'disk'],
  ['4000000', '250', 'memory'],
] as const

/** Keyed state by itself, each trial in a process of its own. It prints what it finds. */
export async function benchState(): Promise<void> {
  for (const trial of trials) {
    const [keys, characters, backend] = trial
    console.log(`\nKeyed state, ${backend}: ${keys} keys, ${characters} characters each and two numbers`)
    const child = fork(fileURLToPath(new URL('state-run.ts', import.meta.url)), trial, {
      execArgv: ['--import', 'tsx', '--max-old-space-size=12288'],
    })
    await once(child, 'exit')
  }
}
