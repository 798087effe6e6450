import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readAll, textOf } from '../connectors/kinesis-local/raw-call.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'

const deaths = Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20)
const shards = 2

interface Generation {
  readonly log: string
  readonly generation: number
  readonly lines: number
}

let kinesis: LocalKinesis
let root: string
let writer: ChildProcess | undefined

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-agent-sigkill-'))
  kinesis = await startLocalKinesis()
})

afterAll(async () => {
  endProcesses()
  writer?.kill('SIGKILL')
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
})

function startWriter(folder: string, rotation: string): ChildProcess {
  const file = fileURLToPath(new URL('./log-writer.ts', import.meta.url))
  return fork(file, [folder, rotation], { execArgv: ['--import', 'tsx'] })
}

function agent(cwd: string, stream: string, ...more: string[]): MillraceProcess {
  const where = ['--stream', stream, '--endpoint', kinesis.endpoint]
  const how = ['--partition-key', 'file', '--poll', '50ms', '--batch-age', '20ms', '--json']
  return new MillraceProcess(['agent', '--file', 'logs/*.log*', ...where, ...how, ...more], { cwd })
}

/** The numbers of the lines in the stream, for each partition key and generation of a log, in their order. */
async function linesIn(stream: string): Promise<Map<string, number[]>> {
  const lines = new Map<string, number[]>()
  for (let shard = 0; shard < shards; shard += 1) {
    for (const record of await readAll(kinesis.endpoint, stream, shard)) {
      const [log, generation, number, dots] = textOf(record).split(' ')
      expect(dots).toBe('.'.repeat(Number(number) % 97))
      const key = `${log} ${generation} ${record.PartitionKey}`
      const numbers = lines.get(key) ?? []
      numbers.push(Number(number))
      lines.set(key, numbers)
    }
  }
  return lines
}

describe.each(['rename', 'copytruncate'])(
  'an agent that is killed with SIGKILL at random, over %s',
  (rotation) => {
    it(
      `sends every line at least once, and each file in order, over ${deaths} deaths`,
      async () => {
        await createStream({ stream: rotation, shards, endpoint: kinesis.endpoint })
        const cwd = join(root, rotation)
        mkdirSync(join(cwd, 'logs'), { recursive: true })
        writer = startWriter(join(cwd, 'logs'), rotation)
        let worked = 0
        for (let death = 0; death < deaths; death += 1) {
          const killed = agent(cwd, rotation)
          // Every other one is killed anywhere, its start included; the moment is random by intent.
          if (death % 2 === 0) await killed.until('out', /"records":[1-9]/)
          await after(Math.random() * 700)
          killed.kill('SIGKILL')
          expect(await killed.ended, killed.err).toBe('SIGKILL')
          if (/"records":[1-9]/.test(killed.out)) worked += 1
        }
        writer.send('stop')
        const [written]: Generation[][] = await once(writer, 'message')
        const last = agent(cwd, rotation, '--until', 'caught-up')
        expect(await last.ended, last.err).toBe(0)
        expect(worked).toBeGreaterThanOrEqual(deaths / 2)
        expect(await gaps(written ?? [], rotation)).toEqual([])
      },
      30_000 + deaths * 5000,
    )
  },
)

/** Lines that are missing, and places where a line came before the one that stands before it in the file. */
async function gaps(written: readonly Generation[], stream: string): Promise<string[]> {
  const found: string[] = []
  const seen = new Map<string, Set<number>>()
  for (const [key, numbers] of await linesIn(stream)) {
    const [log, generation] = key.split(' ')
    const all = seen.get(`${log} ${generation}`) ?? new Set()
    seen.set(`${log} ${generation}`, all)
    let furthest = 0
    for (const number of numbers) {
      if (number > furthest + 1 && !all.has(number - 1)) found.push(`${key}: ${number} after ${furthest}`)
      furthest = Math.max(furthest, number)
      all.add(number)
    }
  }
  for (const { log, generation, lines } of written) {
    const all = seen.get(`${log} ${generation}`) ?? new Set()
    for (let line = 1; line <= lines; line += 1) {
      if (!all.has(line)) found.push(`${log} ${generation} ${line} is missing`)
    }
  }
  return found
}
