import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderStore, run } from 'millrace'
import { manualClock } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { loadJob } from '../../src/cli/load-job.ts'
import { processServices } from '../../src/cli/process-services.ts'
import { FakeEnvironment } from './fake-environment.ts'

const jobFile = fileURLToPath(new URL('./jobs/listed.ts', import.meta.url))
const backedUp = fileURLToPath(new URL('./jobs/backed-up.ts', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'millrace-verify-'))
const lake = join(root, 'lake')
const checkpoints = join(root, 'checkpoints')

beforeEach(async () => {
  process.env['LISTED_LAKE'] = lake
  await run(await loadJob(jobFile), { checkpoints: folderStore(checkpoints), clock: manualClock() })
})
afterEach(() => {
  delete process.env['LISTED_LAKE']
  rmSync(root, { recursive: true, force: true })
})

async function verify(...args: string[]) {
  const environment = new FakeEnvironment()
  const given = ['verify', jobFile, '--checkpoints', checkpoints, ...args]
  const code = await commandLine(given, environment, processServices)
  return { code, out: environment.out, err: environment.err }
}

const filesOf = (day: string) => readdirSync(join(lake, `day=${day}`)).sort()

describe('millrace verify', () => {
  it('proves that all is whole, in a few lines and as JSON', async () => {
    const { code, out, err } = await verify()
    expect([code, err]).toEqual([0, ''])
    expect(out.replace(/history [0-9a-f]{10}, up to epoch \d+/, 'history …')).toBe(
      `sink lake: jsonl in ${lake}, history …
  6 files, 11 rows in 2 partitions
  1 entry of the ledger, with the records of
    orders/a  from its beginning through 6
    orders/b  from its beginning through 3
  no row waits in an open file
  whole: no gap, no overlap, nothing missing, nothing foreign
sink seen: memory
  keeps no ledger
`,
    )
    const json = JSON.parse((await verify('--sink', 'lake', '--content', '--json')).out)
    expect(json).toMatchObject({ job: 'listed', sink: 'lake', audit: { entries: 1, faults: [] } })
    expect(json.audit.ranges).toEqual({ orders: { a: [null, '6'], b: [null, '3'] } })
    expect(json.audit.files).toHaveLength(6)
  })

  it('proves it of sinks beside another too', async () => {
    const store = join(root, 'backed-up')
    process.env['LISTED_LAKE'] = join(root, 'backup')
    await run(await loadJob(backedUp), { checkpoints: folderStore(store), clock: manualClock() })
    const ofJob = async () => {
      const environment = new FakeEnvironment()
      const code = await commandLine(
        ['verify', backedUp, '--checkpoints', store],
        environment,
        processServices,
      )
      return { code, out: environment.out }
    }
    const { code, out } = await ofJob()
    expect([code, out]).toEqual([0, expect.stringMatching(/^sink service: memory\n {2}keeps no ledger\n/)])
    expect(out).toMatch(/sink service\.backup: jsonl in .*\n {2}1 file, 3 rows in 1 partition\n/)
    const [file = ''] = readdirSync(join(root, 'backup')).filter((name) => name.endsWith('.jsonl'))
    rmSync(join(root, 'backup', file))
    expect(await ofJob()).toEqual({ code: 1, out: expect.stringContaining(`missing: ${file} is not there`) })
  })

  it('says which records made a row', async () => {
    const file = `day=d0/${filesOf('d0')[1]}`
    const { code, out } = await verify('--row', `${join(lake, file)}:1`)
    expect(code).toBe(0)
    expect(out).toContain(file)
    expect(out).toMatch(
      /job listed, history [0-9a-f]{10}, sink lake: row 3 \(of 2 to 3\) of partition day=d0/,
    )
    expect(out).toMatch(/was published by epoch \d+, made by the code [0-9a-f]{64}/)
    expect(out).toMatch(/ {4}orders\/a {2}(from its beginning|after \d) through \d/)
    const json = JSON.parse((await verify('--row', file, '--json')).out)
    expect(json).toMatchObject({ sink: 'lake', file, firstRow: 2, lastRow: 3, pending: false })
    expect((await verify('--row', `${file}:2`)).err).toContain('has 2 rows, from 0 on')
    const unknown = await verify('--row', 'day=d0/nothing.jsonl')
    expect([unknown.code, unknown.err]).toEqual([2, expect.stringContaining('no ledger of the job lists')])
  })

  it('names a file that is gone, one that has changed and one that is no work of the job, and ends with 1', async () => {
    const [first, second] = filesOf('d0')
    const ends = async (...args: string[]) => {
      const { code, out, err } = await verify(...args)
      expect([code, out]).toEqual([1, expect.stringContaining('BROKEN')])
      expect(err).toContain('LEDGER_BROKEN')
      return err
    }
    appendFileSync(join(lake, 'day=d0', second!), '\n')
    expect(await ends()).toMatch(
      /changed: day=d0\/\S+ has \d+ bytes, and \d+ by the ledger\n {2}where: sink lake/,
    )
    const copy = first!.replace(/-\d{12}-(\d{12})/, '-000000000001-$1')
    copyFileSync(join(lake, 'day=d0', first!), join(lake, 'day=d0', copy))
    expect(await ends()).toContain(`foreign: day=d0/${copy} is not in the ledger, and 1 more`)
    rmSync(join(lake, 'day=d0', first!))
    expect(await ends()).toContain(`missing: day=d0/${first} is not there, and 2 more`)
  })

  it('sees other content of the same size only when it reads it', async () => {
    const [first] = filesOf('d1')
    const path = join(lake, 'day=d1', first!)
    writeFileSync(path, '{"day":"d1","index":8}\n{"day":"d1","index":3}\n')
    expect((await verify()).code).toBe(0)
    const { code, err } = await verify('--content')
    expect([code, err]).toEqual([1, expect.stringContaining(`changed: day=d1/${first} has other content`)])
  })

  it('misses an entry of the ledger, and names one that is damaged', async () => {
    const [folder] = readdirSync(join(lake, '_ledger'))
    const [entry] = readdirSync(join(lake, '_ledger', folder!))
    const path = join(lake, '_ledger', folder!, entry!)
    writeFileSync(path, '{"ledger":1')
    expect((await verify()).err).toContain('LEDGER_BROKEN: an entry is damaged')
    rmSync(path)
    expect((await verify()).err).toContain(`missing: the entry _ledger/${folder}/${entry} of the ledger`)
  })

  it('changes nothing, also where there is nothing', async () => {
    const before = readdirSync(lake, { recursive: true })
    await verify('--content')
    expect(readdirSync(lake, { recursive: true })).toEqual(before)
    rmSync(lake, { recursive: true })
    expect((await verify()).code).toBe(1)
    expect(readdirSync(root)).toEqual(['checkpoints'])
  })
})
