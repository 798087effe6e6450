import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeManifest, partsOf } from '../../src/checkpoint/manifest.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { endProcesses, MillraceProcess } from '../millrace-process.ts'
import { type Fault, seededFaults } from '../s3-server/faults.ts'
import { type S3Server, startS3 } from '../s3-server/start-s3.ts'
import { expectedRows, readings } from './readings.ts'
import { rowsIn } from './rows-in.ts'

const jobFile = fileURLToPath(new URL('./hourly-job.ts', import.meta.url))
/** For several processes, one after the other, on a machine that has other things to do. */
const patienceMs = 120_000
const saidFile = fileURLToPath(new URL('./hourly-s3-job.ts', import.meta.url))
const runs = Math.ceil(Number(process.env['MILLRACE_SIGKILL_RUNS'] ?? 20) / 7)
const input = readings(60_000)
const expected = expectedRows(input)

let kinesis: LocalKinesis
let s3: S3Server
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-s3-sigkill-'))
  kinesis = await startLocalKinesis()
  s3 = await startS3()
  const stream = { stream: 'readings', endpoint: kinesis.endpoint, inFlight: 1 }
  await createStream({ ...stream, shards: 4 })
  await putRecords(
    input.map((reading) => ({ data: Buffer.from(JSON.stringify(reading)), partitionKey: reading.sensor })),
    stream,
  )
})

afterAll(async () => {
  endProcesses()
  await kinesis.close()
  await s3.close()
  rmSync(root, { recursive: true, force: true })
})

function start(cwd: string, prefix: string): MillraceProcess {
  const source = ['--until', 'caught-up', '--endpoint', kinesis.endpoint]
  const args = ['run', jobFile, ...source, '--checkpoints', `s3://lake/${prefix}`]
  return new MillraceProcess(args, { cwd, env: { AWS_ENDPOINT_URL_S3: s3.endpoint } })
}

/** What lies below a prefix, in three kinds that must be all there is. */
function left(prefix: string) {
  const { objects, uploads } = s3.bucket('lake')
  const names = [...objects.keys()]
    .filter((key) => key.startsWith(`${prefix}/`))
    .map((key) => key.slice(prefix.length + 1))
  const manifests = names.filter((name) => name.startsWith('manifests/'))
  const named = manifests.flatMap((name) => {
    const manifest = decodeManifest(objects.get(`${prefix}/${name}`)!.content)
    return 'damage' in manifest ? [] : partsOf(manifest).map((part) => part.name)
  })
  return {
    manifests,
    unnamed: names.filter((name) => !name.startsWith('manifests/') && !named.includes(name)),
    missing: named.filter((name) => !names.includes(name)),
    uploads: [...uploads.values()].filter(({ key }) => key.startsWith(`${prefix}/`)),
  }
}

describe('a job with checkpoints in an S3 where requests go wrong, killed with SIGKILL and started again', () => {
  let straightMs = 0

  beforeAll(async () => {
    const folder = mkdtempSync(join(root, 'straight-'))
    const startedAt = performance.now()
    const run = start(folder, 'straight')
    expect(await run.ended, run.err).toBe(0)
    straightMs = performance.now() - startedAt
    expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
    expect(left('straight')).toMatchObject({ unnamed: [], missing: [], uploads: [] })
    s3.faults = seededFaults(new Chance(1), 0.03)
  })

  for (let run = 1; run <= runs; run += 1) {
    it(
      `run ${run} of ${runs}: no row is missing or there twice, and S3 holds what manifests name`,
      async () => {
        const folder = mkdtempSync(join(root, `run-${run}-`))
        const prefix = `run-${run}`
        for (let death = 0; death < 2; death += 1) {
          const killed = start(folder, prefix)
          await Promise.race([after(Math.random() * straightMs), killed.ended])
          killed.kill('SIGKILL')
          await killed.ended
        }
        const last = start(folder, prefix)
        expect(await last.ended, last.err).toBe(0)
        expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
        const { manifests, ...others } = left(prefix)
        expect(manifests.length).toBeLessThanOrEqual(3)
        expect(others).toEqual({ unnamed: [], missing: [], uploads: [] })
      },
      patienceMs,
    )
  }
})

/** Puts the process to sleep when it writes a manifest, whose answer it finds when it wakes. */
async function asleepAt(process: MillraceProcess, manifest: string, fault?: Fault): Promise<void> {
  await new Promise<void>((resolve) => {
    s3.faults = ({ operation, key }) => {
      if (operation !== 'PutObject' || key !== manifest) return undefined
      s3.faults = () => undefined
      process.kill('SIGSTOP')
      resolve()
      return fault
    }
  })
}

describe('a job file that says that its checkpoints are in S3', () => {
  it(
    'finds the end of the run before',
    async () => {
      const folder = mkdtempSync(join(root, 'said-'))
      const env = { AWS_ENDPOINT_URL_S3: s3.endpoint }
      const args = ['--until', 'caught-up', '--endpoint', kinesis.endpoint]
      const said = (cwd: string) => new MillraceProcess(['run', saidFile, ...args], { cwd, env })
      const run = said(folder)
      expect(await run.ended, run.err).toBe(0)
      expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
      const again = said(folder)
      expect(await again.ended, again.err).toBe(0)
      expect(again.err).toContain('restored from checkpoint')
      expect(left('said-by-the-job')).toMatchObject({ unnamed: [], missing: [], uploads: [] })
    },
    patienceMs,
  )
})

describe('a savepoint of a job with checkpoints in S3', () => {
  it(
    'lies beside them, and another history of the job begins with it wherever it is copied to',
    async () => {
      const folder = mkdtempSync(join(root, 'kept-'))
      const at = (prefix: string) => ['--checkpoints', `s3://lake/${prefix}`]
      const millrace = async (...args: string[]) => {
        const process = new MillraceProcess(args, { cwd: folder, env: { AWS_ENDPOINT_URL_S3: s3.endpoint } })
        const code = await process.ended
        expect(code, process.err).toBe(0)
        return process
      }
      const read = ['--until', 'caught-up', '--endpoint', kinesis.endpoint]
      await millrace('run', jobFile, ...read, ...at('kept'))
      await millrace('savepoint', jobFile, '--name', 'whole', ...at('kept'))
      const { objects } = s3.bucket('lake')
      for (const [key, object] of [...objects]) {
        if (key.startsWith('kept/savepoints/whole/'))
          objects.set(key.replace(/^kept.*whole/, 'copied'), object)
      }
      const copied = 's3://lake/copied'
      expect((await millrace('checkpoints', 'verify', copied)).out).toMatch(/^epoch \d+ +whole/)
      const restored = await millrace('run', jobFile, ...read, ...at('restored'), '--restore', copied)
      expect(restored.err).toMatch(/restored from checkpoint/)
      await millrace('savepoint', 'rm', jobFile, 'whole', ...at('kept'))
      expect([...objects.keys()].filter((key) => key.startsWith('kept/savepoints/'))).toEqual([])
      expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
    },
    patienceMs,
  )
})

describe('two processes that both believe they own the job', () => {
  it(
    'end as one: the older is fenced, and every row is there once',
    async () => {
      const folder = mkdtempSync(join(root, 'two-'))
      const older = start(folder, 'two')
      await asleepAt(older, 'two/manifests/000000000002.json')
      const newer = start(folder, 'two')
      await newer.until('err', /restored from checkpoint 2/)
      older.kill('SIGCONT')
      const ends = await Promise.all([older.ended, newer.ended])
      expect(ends, `${older.err}\n${newer.err}`).toEqual([1, 0])
      expect(older.err).toContain('JOB_FENCED')
      expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
    },
    patienceMs,
  )

  it(
    'end as one also when the older slept until the name of its next checkpoint was free again',
    async () => {
      const folder = mkdtempSync(join(root, 'asleep-'))
      const older = start(folder, 'asleep')
      await asleepAt(older, 'asleep/manifests/000000000003.json', 'cut-before')
      for (let run = 0; run < 2; run += 1) {
        const newer = start(folder, 'asleep')
        expect(await newer.ended, newer.err).toBe(0)
      }
      expect(left('asleep').manifests).not.toContain('manifests/000000000003.json')
      older.kill('SIGCONT')
      expect(await older.ended, older.err).toBe(1)
      expect(older.err).toContain('JOB_FENCED: another run has published epoch')
      const last = start(folder, 'asleep')
      expect(await last.ended, last.err).toBe(0)
      expect(left('asleep')).toMatchObject({ unnamed: [], missing: [], uploads: [] })
      expect(await rowsIn(join(folder, 'out'))).toEqual(expected)
    },
    patienceMs,
  )
})
