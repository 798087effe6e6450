import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('./cli/main.js', import.meta.resolve('millrace')))

/** Runs the command line of Millrace in a process of its own. */
export function millrace(args: readonly string[], stdio: StdioOptions): ChildProcess {
  return spawn(process.execPath, [main, ...args], { stdio })
}
