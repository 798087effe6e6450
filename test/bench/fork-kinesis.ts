import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** An embedded Kinesis in a process of its own, so that its CPU time can be told from that of its client. */
export interface ForkedKinesis {
  readonly endpoint: string
  /** The CPU time that it has used so far, in microseconds. */
  cpuMicros(): Promise<number>
  stop(): Promise<void>
}

/** @param data The data folder; without it records are in memory. */
export async function forkKinesis(data?: string): Promise<ForkedKinesis> {
  const server = fork(
    fileURLToPath(new URL('kinesis-local-server.ts', import.meta.url)),
    data === undefined ? [] : [data],
    { execArgv: ['--import', 'tsx'] },
  )
  const [endpoint] = (await once(server, 'message')) as [string]
  return { endpoint, cpuMicros: () => cpuMicros(server), stop: () => stop(server) }
}

async function cpuMicros(server: ChildProcess): Promise<number> {
  server.send('cpu')
  const [{ user, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage]
  return user + system
}

async function stop(server: ChildProcess): Promise<void> {
  server.disconnect()
  await once(server, 'exit')
}
