import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { MillraceError } from '../../src/errors.ts'
import { metricsOf } from '../observe/metrics-of.ts'
import { FakeEnvironment } from './fake-environment.ts'
import { FakeRun } from './fake-run.ts'
import { noServices } from './no-services.ts'

const flights = fileURLToPath(new URL('./jobs/flights.ts', import.meta.url))

async function millraceRun(args: string[], script: (run: FakeRun, environment: FakeEnvironment) => void) {
  const environment = new FakeEnvironment()
  const run = new FakeRun((each) => script(each, environment))
  const services = { ...noServices, ...run.services }
  const code = await commandLine(['run', flights, ...args], environment, services)
  return { code, run, environment }
}

const end = (run: FakeRun) => run.end(metricsOf(2, { records: 20 }))

describe('millrace run', () => {
  it('ends with 0 and a summary when the job ends', async () => {
    const { code, environment } = await millraceRun([], end)
    expect(code).toBe(0)
    expect(environment.err).toContain('20 records read in 2s')
    expect(environment.out).toBe('')
  })

  it('hands its options to the engine, and leaves out what was not given', async () => {
    const { run } = await millraceRun([], end)
    expect(Object.keys(run.options!).toSorted()).toEqual(['clock', 'log', 'random'])
    const all =
      '--from 2026-01-31T00:00:00Z --until caught-up --endpoint http://127.0.0.1:4567 --region eu-west-1'
    const given = await millraceRun([...all.split(' '), '--checkpoints', '/tmp/c'], end)
    expect(given.run.options).toMatchObject({
      from: new Date('2026-01-31T00:00:00Z'),
      until: 'caught-up',
      endpoint: 'http://127.0.0.1:4567',
      region: 'eu-west-1',
      checkpoints: { description: 'folder /tmp/c' },
    })
  })

  it('takes a place in S3 for checkpoints, and no other URL', async () => {
    const { run } = await millraceRun(['--checkpoints', 's3://lake/checkpoints'], end)
    expect(run.options?.checkpoints?.description).toBe('s3://lake/checkpoints')
    const { code, environment } = await millraceRun(['--checkpoints', 'gs://lake/checkpoints'], end)
    expect(code).toBe(2)
    expect(environment.err).toContain('OPTION_INVALID: gs://lake/checkpoints is neither a folder')
  })

  it('prints only JSON to stdout with --json', async () => {
    const { environment } = await millraceRun(['--json'], (run) => {
      run.events$.next({ kind: 'caught-up' })
      run.metrics$.next(metricsOf(1))
      run.options?.log?.info('shard opened')
      end(run)
    })
    const lines = environment.out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).type)).toEqual(['event', 'metrics'])
    expect(environment.err).toContain('shard opened')
  })

  it.each([
    [new MillraceError('OPERATOR_FAILED', 'map threw'), 1],
    [new MillraceError('JOB_INVALID', 'no time'), 2],
    [new MillraceError('SOURCE_UNREACHABLE', 'no answer'), 3],
  ])('prints %s with its advice and ends with %i', async (error, expected) => {
    const { code, environment } = await millraceRun([], (run) => run.fail(error))
    expect(code).toBe(expected)
    expect(environment.err).toContain(`${error.code}: ${error.happened}`)
    expect(environment.err).toContain(`what to do: ${error.advice}`)
  })

  it('prints whole stacks when it is verbose', async () => {
    const error = new MillraceError('STORE_FAILED', 'no room')
    const { environment } = await millraceRun(['--verbose'], (run) => run.fail(error))
    expect(environment.err).toMatch(/ {4}at .*run-command\.test\.ts/)
  })

  it('asks for one last checkpoint at a signal and ends with 0', async () => {
    const { code, run, environment } = await millraceRun([], (each, process) => {
      process.send('SIGTERM')
      end(each)
    })
    expect([code, run.stops, environment.exits]).toEqual([0, 1, []])
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('stops the job at the first %s and exits with %i at the second', async (signal, expected) => {
    const { code, run, environment } = await millraceRun([], (each, process) => {
      process.send(signal)
      expect([each.stops, process.exits]).toEqual([1, []])
      process.send(signal)
      end(each)
    })
    expect([code, run.stops, environment.exits]).toEqual([0, 1, [expected]])
  })

  it('stops the job when whoever read its output has gone', async () => {
    const { code, run } = await millraceRun(['--json'], (each, process) => {
      process.closeReader()
      end(each)
    })
    expect([code, run.stops]).toEqual([0, 1])
  })

  it('leaves no listener behind', async () => {
    expect((await millraceRun([], end)).environment.listeners).toBe(0)
  })
})
