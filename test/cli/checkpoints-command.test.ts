import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { folderStore, type Job, job, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, listSource, manualClock } from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { processServices } from '../../src/cli/process-services.ts'
import { systemClock } from '../../src/contract/system.ts'
import { failureOf } from '../runtime/failed.ts'
import { FakeEnvironment } from './fake-environment.ts'
import summing from './jobs/summing.ts'

const jobFile = fileURLToPath(new URL('./jobs/summing.ts', import.meta.url))
let root: string
let folder: string
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  folder = join(root, 'checkpoints')
  await run(summing as Job, { checkpoints: folderStore(folder), clock: manualClock() })
})
afterAll(() => rmSync(root, { recursive: true }))

async function millrace(...args: string[]) {
  const environment = new FakeEnvironment()
  environment.clock = { now: systemClock.now, sleep: async () => {} }
  const code = await commandLine(args, environment, processServices)
  return { code, out: environment.out, err: environment.err }
}

describe('millrace checkpoints', () => {
  it('lists what there is', async () => {
    const { code, out } = await millrace('checkpoints', 'ls', folder)
    expect(code).toBe(0)
    expect(out).toMatch(/^epoch 1 .* generation 1 /)
    const { out: lines } = await millrace('checkpoints', 'ls', folder, '--json')
    expect(JSON.parse(lines.split('\n')[0]!)).toMatchObject({ epoch: 1, job: 'summing', damaged: false })
  })

  it('shows positions, names, shapes and sizes', async () => {
    const { out } = await millrace('checkpoints', 'show', folder)
    expect(out).toContain('of job summing, finished')
    expect(out).toMatch(/operator totals {2}version 1, 2 keys, \d+ bytes/)
    expect(out).toContain('names seen')
    const { out: json } = await millrace('checkpoints', 'show', folder, '--json')
    expect(JSON.parse(json).operators).toMatchObject([{ name: 'totals', keys: 2, names: ['seen'] }])
  })

  it('shows keys and values', async () => {
    const show = (...args: string[]) =>
      millrace('checkpoints', 'show', folder, '--operator', 'totals', ...args)
    const all = (await show()).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(all.map(({ key, value }) => [key, value.seen]).toSorted()).toEqual([
      ['apples', 2],
      ['pears', 1],
    ])
    expect(JSON.parse((await show('--key', 'pears')).out)).toMatchObject({ key: 'pears', value: { seen: 1 } })
    expect((await show('--limit', '1')).err).toContain('more keys than 1')
  })

  it('compares two', async () => {
    const { out } = await millrace('checkpoints', 'diff', folder, '2', '3')
    expect(out).toContain('operator totals  2 keys added, 0 removed, 0 changed, 0 the same')
    expect((await millrace('checkpoints', 'diff', folder, '3', '3')).out).toMatch(
      /^operator .* 0 changed, 2 the same\n$/,
    )
  })

  it.each([
    [['ls', '/nowhere'], 2, 'neither a folder'],
    [['ls', 'ftp://checkpoints'], 2, 'neither a folder nor s3:'],
    [['show', fileURLToPath(new URL('.', import.meta.url))], 2, 'holds no checkpoint'],
    [['show', '.', '--epoch', 'x'], 2, 'whole number'],
  ])('says what is wrong with %j', async (args, code, words) => {
    const ended = await millrace('checkpoints', ...args)
    expect([ended.code, ended.err]).toEqual([code, expect.stringContaining(words)])
  })

  it('says which epochs and operators there are when others are asked for', async () => {
    const epoch = await millrace('checkpoints', 'show', folder, '--epoch', '99')
    expect([epoch.code, epoch.err]).toEqual([2, expect.stringContaining('it holds 1, 2, 3')])
    const operator = await millrace('checkpoints', 'show', folder, '--operator', 'best')
    expect([operator.code, operator.err]).toEqual([2, expect.stringContaining('it holds totals')])
  })
})

describe('millrace savepoint', () => {
  it('makes, lists and deletes one of a job that does not run', async () => {
    const at = ['--checkpoints', folder]
    const made = await millrace('savepoint', jobFile, '--name', 'ready', '--stopped', ...at)
    expect([made.code, made.out, made.err]).toEqual([
      0,
      'ready\n',
      expect.stringContaining('savepoint of epoch'),
    ])
    expect((await millrace('savepoint', 'ls', jobFile, ...at)).out).toMatch(/^ready {2}epoch \d+ /)
    expect((await millrace('checkpoints', 'ls', folder)).out).toContain('savepoint ready')
    const found = await millrace('plan', jobFile, '--against', join(folder, 'savepoints/ready'))
    expect([found.code, found.out]).toEqual([0, expect.stringContaining('kept  operator totals')])
    expect((await millrace('savepoint', 'rm', jobFile, 'ready', ...at)).code).toBe(0)
    expect((await millrace('savepoint', 'rm', jobFile, 'ready', ...at)).code).toBe(1)
  })

  it('takes the last checkpoint when no other comes', async () => {
    const to = join(root, 'elsewhere')
    const made = await millrace('savepoint', jobFile, '--wait', '1ms', '--to', to, '--checkpoints', folder)
    expect([made.code, made.err]).toEqual([
      0,
      expect.stringContaining('no checkpoint came within 1ms: the last one is taken'),
    ])
    expect(await folderStore(folder).list('requests/')).toEqual([])
    expect((await millrace('checkpoints', 'verify', to)).code).toBe(0)
  })
})

describe('a savepoint that cannot be used', () => {
  const at = () => ['--checkpoints', folder]
  const told = async (name: string, damage: string) => {
    const listed = await millrace('checkpoints', 'ls', folder)
    expect(listed.out).toContain(`savepoint ${name}  DAMAGED: ${damage}`)
    expect((await millrace('savepoint', 'ls', jobFile, ...at())).out).toContain(`${name}  DAMAGED: ${damage}`)
    const verified = await millrace('checkpoints', 'verify', folder)
    expect([verified.code, verified.out]).toEqual([1, expect.stringContaining(damage)])
    expect(verified.out).toMatch(new RegExp(`savepoint ${name} {2}DAMAGED`))
    const json = (await millrace('checkpoints', 'ls', folder, '--json')).out.trimEnd().split('\n')
    expect(json.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ savepoint: name, damaged: true, damage: expect.stringContaining(damage) }),
    )
    expect((await millrace('savepoint', 'rm', jobFile, name, ...at())).code).toBe(0)
    expect((await millrace('checkpoints', 'verify', folder)).code).toBe(0)
  }

  it('since its manifest was changed is told of', async () => {
    await millrace('savepoint', jobFile, '--name', 'changed', '--stopped', ...at())
    const manifests = join(folder, 'savepoints/changed/manifests')
    appendFileSync(join(manifests, readdirSync(manifests)[0]!), 'more')
    await told('changed', 'it is torn or not a manifest')
  })

  it('since whoever made it was killed is told of', async () => {
    await millrace('savepoint', jobFile, '--name', 'half', '--stopped', ...at())
    rmSync(join(folder, 'savepoints/half/manifests'), { recursive: true })
    await told('half', 'it has no manifest')
  })
})

describe('a checkpoint of a later version', () => {
  it('is told from a damaged one, and nothing goes back behind it', async () => {
    const later = join(root, 'later')
    cpSync(folder, later, { recursive: true })
    const newest = join(later, 'manifests', readdirSync(join(later, 'manifests')).sort().at(-1)!)
    writeFileSync(
      newest,
      readFileSync(newest, 'utf8').replace('millrace-checkpoint 1', 'millrace-checkpoint 2'),
    )
    const shown = await millrace('checkpoints', 'show', later)
    expect([shown.code, shown.err]).toEqual([1, expect.stringContaining('CHECKPOINT_INCOMPATIBLE: epoch')])
    const made = await millrace('savepoint', jobFile, '--stopped', '--checkpoints', later)
    expect([made.code, made.err]).toEqual([1, expect.stringContaining('format 2')])
    const failure = await failureOf(
      run(summing as Job, { checkpoints: folderStore(later), clock: manualClock() }),
    )
    expect(failure).toMatchObject({
      code: 'CHECKPOINT_INCOMPATIBLE',
      happened: expect.stringContaining('format 2'),
    })
  })
})

describe('millrace plan --against', () => {
  it('ends with 1 when the job would not start, and says why', async () => {
    const other = join(root, 'other')
    const before = job('summing', ({ from }) =>
      from('fruit', listSource<string>({ all: [] })).pipe(sinkTo('lake', collectSink<string>())),
    )
    await run(before, { checkpoints: folderStore(other), clock: manualClock() })
    const refused = await millrace('plan', jobFile, '--against', other)
    expect([refused.code, refused.out]).toEqual([
      1,
      expect.stringContaining('incompatible  sink lake  the job does not have it any more'),
    ])
    expect(refused.out).toContain('new           operator totals')
    const json = await millrace('plan', jobFile, '--against', other, '--drop-state', 'lake', '--json')
    expect(json.code).toBe(0)
    expect(JSON.parse(json.out).changes).toContainEqual({ kind: 'sink', name: 'lake', change: 'dropped' })
  })
})

describe('millrace checkpoints verify', () => {
  it('finds what is damaged, and ends with 1', async () => {
    const [part] = readdirSync(join(folder, 'parts'))
    appendFileSync(join(folder, 'parts', part!), 'more')
    const { code, out } = await millrace('checkpoints', 'verify', folder)
    expect(code).toBe(1)
    expect(out).toMatch(/epoch \d {2}DAMAGED\n {2}parts\/\S+ has \d+ bytes, not \d+/)
  })
})
