import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** How many keys, and how many characters their values have besides two numbers. */
const sizes = [
  ['10000000', '0'],
  ['4000000', '250'],
] as const

/** Keyed state by itself, each size in a process of its own. It prints what it finds. */
export async function benchState(): Promise<void> {
  for (const [keys, characters] of sizes) {
    console.log(`\nKeyed state in memory: ${keys} keys, ${characters} characters each and two numbers`)
    const child = fork(fileURLToPath(new URL('state-run.ts', import.meta.url)), [keys, characters], {
      execArgv: ['--import', 'tsx', '--max-old-space-size=12288'],
    })
    await once(child, 'exit')
  }
}
