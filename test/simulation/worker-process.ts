import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Report, Work } from './worker.ts'

/**
 * Simulates seeds in a process of its own, on the compiled sources in a folder.
 *
 * A process can be seen to have exited before its last messages are read: the channel is read to its end as well.
 */
export async function simulateElsewhere(
  folder: string,
  work: Work,
  onReport: (report: Report) => void,
): Promise<void> {
  const child = fork(join(folder, 'test/simulation/worker.js'), {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.on('message', onReport)
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  child.send(work)
  const [[code, signal]] = await ended
  if (code !== 0) throw new Error(`the process that simulates ended with ${code ?? signal}`)
}
