import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderStore, run } from 'millrace'
import { putRecords } from 'millrace/connectors/kinesis'
import { afterEach, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { loadJob } from '../../src/cli/load-job.ts'
import { processServices } from '../../src/cli/process-services.ts'
import { systemClock } from '../../src/contract/system.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { FakeEnvironment } from './fake-environment.ts'

const jobFile = fileURLToPath(new URL('./jobs/orders.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'millrace-records-'))
const lake = join(root, 'lake')
process.env['ORDERS_LAKE'] = lake
let stream: EmbeddedStream | undefined
afterEach(async () => {
  await stream?.close()
  delete process.env['ORDERS_LAKE']
  rmSync(root, { recursive: true, force: true })
})

async function millrace(...args: string[]): Promise<string> {
  const environment = new FakeEnvironment()
  environment.clock = systemClock
  expect(await commandLine(args, environment, processServices), environment.err).toBe(0)
  return environment.out
}

it('the commands that verify names for a row print the record that made it', async () => {
  stream = await EmbeddedStream.start(2)
  stream.now = Date.now()
  const { name, kinesis } = stream
  const put = (from: number) =>
    putRecords(
      Array.from({ length: 40 }, (_, index) => ({
        data: Buffer.from(JSON.stringify({ id: from + index })),
        partitionKey: `${index % 7}`,
      })),
      { stream: name, endpoint: kinesis.endpoint, inFlight: 1 },
    )
  await put(0)
  await stream.split(0)
  await put(40)
  const { endpoint } = kinesis
  const checkpoints = join(root, 'checkpoints')
  await run(await loadJob(jobFile), { checkpoints: folderStore(checkpoints), endpoint, until: 'caught-up' })
  expect(await millrace('verify', jobFile, '--checkpoints', checkpoints, '--content')).toContain('whole:')
  const files = readdirSync(lake).filter((each) => each.endsWith('.jsonl'))
  expect(files.length).toBeGreaterThan(2)
  for (const file of files) {
    const rows = readFileSync(join(lake, file), 'utf8').trim().split('\n')
    const proof = await millrace('verify', jobFile, '--checkpoints', checkpoints, '--row', `${file}:0`)
    const commands = proof.split('\n').filter((line) => line.startsWith('    millrace tail'))
    const printed = new Set<number>()
    for (const command of commands) {
      const [, ...args] = command.trim().split(' ')
      const lines = (await millrace(...args, '--endpoint', endpoint)).trim().split('\n')
      for (const line of lines) printed.add((JSON.parse(line) as { data: { id: number } }).data.id)
    }
    for (const row of rows)
      expect(printed, `${row} in ${file}`).toContain((JSON.parse(row) as { id: number }).id)
    expect(printed.size).toBeLessThan(80)
  }
  expect(
    await commandLine(['tail', '--stream', name, '--after', '1'], new FakeEnvironment(), processServices),
  ).toBe(2)
})
