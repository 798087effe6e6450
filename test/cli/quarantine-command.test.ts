import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { folderStore, job, run } from 'millrace'
import { keyBy, map, quarantine, sinkTo } from 'millrace/operators'
import { collectSink, listSource, manualClock } from 'millrace/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { processServices } from '../../src/cli/process-services.ts'
import { systemClock } from '../../src/contract/system.ts'
import { quiet } from '../runtime/until.ts'
import { FakeEnvironment } from './fake-environment.ts'
import { broken, out } from './jobs/parking.ts'

const jobFile = fileURLToPath(new URL('./jobs/parking.ts', import.meta.url))
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
  broken.add('a2')
})
afterEach(() => rmSync(root, { recursive: true }))

const millrace = (...args: string[]) => commanded(args, async () => void (await letOthersRun()))

async function commanded(args: string[], sleep: () => Promise<void>) {
  const environment = new FakeEnvironment()
  environment.clock = { now: systemClock.now, sleep }
  const code = await commandLine(args, environment, processServices)
  return { code, out: environment.out, err: environment.err }
}

const at = () => ['--checkpoints', join(root, 'checkpoints')]

describe('millrace quarantine', () => {
  it('lists and shows what a job that has stopped on it has parked, and lets the next run do what it is asked', async () => {
    const first = await millrace('run', jobFile, '--until', 'caught-up', ...at())
    expect([first.code, first.err]).toEqual([1, expect.stringContaining('QUARANTINE_NOT_EMPTY')])
    const listed = await millrace('quarantine', 'ls', jobFile, ...at())
    expect(listed.out).toMatch(
      /^parked {2}"a" {2}2 records, \d+ bytes, from 1970-01-01T00:00:00.001Z \(orders all 1\) {2}OPERATOR_FAILED in parked\/map-1, tried once: .*no price in a2\n$/,
    )
    const facts = JSON.parse((await millrace('quarantine', 'ls', join(root, 'checkpoints'), '--json')).out)
    expect(facts).toMatchObject({ operator: 'parked', key: 'a', records: 2, failure: { tries: 1 } })
    const shown = (await millrace('quarantine', 'show', jobFile, 'a', ...at())).out.trim().split('\n')
    expect(shown.map((line) => JSON.parse(line).value)).toEqual(['a2', 'a3'])
    const asked = await millrace('quarantine', 'drop', jobFile, 'a', '--wait', '1ms', ...at())
    expect([asked.code, asked.err]).toEqual([0, expect.stringContaining('the next one will')])
    expect((await millrace('run', jobFile, '--until', 'caught-up', ...at())).code).toBe(0)
    expect(out.rows).toEqual(['a1', 'b1', 'a3'])
    expect((await millrace('quarantine', 'ls', jobFile, ...at())).err).toBe('nothing is parked\n')
    expect((await millrace('quarantine', 'retry', jobFile, ...at())).err).toBe('nothing is parked\n')
  })

  it('has a running job retry what is parked', async () => {
    const rows = collectSink<number>()
    let mended = false
    const dividing = job('dividing', ({ from }) =>
      from(
        'numbers',
        listSource({ s: [4, 0, 2].map((value) => ({ value, arrivalTime: 0 })) }, { endless: true }),
      ).pipe(
        keyBy(() => 1n),
        quarantine('parked'),
        map((by) => {
          if (by === 0 && !mended) throw new Error('by nothing')
          return 8 / by
        }),
        sinkTo('out', rows),
      ),
    )
    const folder = join(root, 'checkpoints')
    const clock = manualClock()
    const running = run(dividing, { checkpoints: folderStore(folder), clock })
    let listed = ''
    while (!listed.includes('2 records')) {
      clock.advance(10_000)
      await quiet()
      listed = (await millrace('quarantine', 'ls', folder)).out
    }
    mended = true
    const asked = await commanded(['quarantine', 'retry', folder, '1'], async () => {
      clock.advance(1_000)
      await quiet()
    })
    expect([asked.code, asked.err]).toEqual([0, 'done: nothing left\n'])
    expect(rows.rows).toEqual([2, Number.POSITIVE_INFINITY, 4])
    running.stop()
    await running
  })

  it.each([
    [['show', 'b'], 'has nothing parked of the key b'],
    [['ls', '--operator', 'other'], 'holds no quarantine "other": it holds parked'],
    [['drop', 'b'], 'has nothing parked of the key b'],
  ])('says what is wrong with %j', async ([verb, ...args], words) => {
    await millrace('run', jobFile, '--until', 'caught-up', ...at())
    const ended = await millrace('quarantine', verb!, jobFile, ...args, ...at())
    expect([ended.code, ended.err]).toEqual([2, expect.stringContaining(words)])
  })
})
