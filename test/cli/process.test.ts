import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { endProcesses, MillraceProcess, millrace } from '../millrace-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
afterEach(endProcesses)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const jobFile = (name: string) => fileURLToPath(new URL(`./jobs/${name}`, import.meta.url))
const golden = (name: string) => readFileSync(new URL(`../graph/golden/${name}`, import.meta.url), 'utf8')

function written(name: string, text: string): string {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('wrong use ends with 2 and says what is right', () => {
  it.each([
    [['plam'], 'Did you mean plan?'],
    [['run', 'job.ts', '--jsno'], 'Did you mean --json?'],
    [['run'], "missing required argument 'job'"],
    [['run', 'job.ts', '--from', 'yesterday'], 'Use trim-horizon, latest, or a time'],
    [['run', 'job.ts', '--until', 'noon'], 'Allowed choices are caught-up'],
    [['run', 'job.ts', '--endpoint', 'localhost:4567'], 'Use an address such as http://127.0.0.1:4567'],
    [['put'], "required option '--stream <name>' not specified"],
    [['put', '--stream', 's', '--create', '0'], 'Use a whole number from 1 to 10000'],
    [['put', '--stream', 's', 'nowhere.jsonl'], 'OPTION_INVALID: there is no such file'],
    [['agent', '--stream', 's'], "required option '--file <patterns...>' not specified"],
    [['agent', '--stream', 's', '--file', 'a', '--multiline', '('], 'Use a regular expression: '],
    [['agent', '--stream', 's', '--file', 'a', '--poll', '1 minute'], 'is not a duration such as "30s"'],
    [['agent', '--stream', 's', '--file', 'a', '--max-record', '1MB'], 'is not a size such as "128MiB"'],
    [['agent', '--stream', 's', '--file', 'a', '--partition-key-field', 'b'], 'needs --format json'],
    [
      ['agent', '--stream', 's', '--file', 'a.gz'],
      'OPTION_INVALID: the pattern "a.gz" is of compressed files',
    ],
    [['local', '--port', '70000'], 'Use a whole number from 0 to 65535'],
    [['local', '--faults', '{"faults":'], 'OPTION_INVALID: --faults is not JSON'],
    [['local', '--faults', 'nowhere.json'], '--faults names nowhere.json, which cannot be read as JSON'],
    [['local', '--faults', '[{"kind":"slow"}]'], 'OPTION_INVALID: faults[0] of kind slow needs delay'],
    [[], 'Usage: millrace'],
    [['run', 'nowhere.ts'], 'JOB_INVALID: there is no such job file'],
    [['plan', jobFile('not-a-job.ts')], 'JOB_INVALID: the default export is a number'],
  ])('millrace %j', async (args, expected) => {
    const { code, out, err } = await millrace(args)
    expect(err).toContain(expected)
    expect([code, out]).toEqual([2, ''])
  })
})

describe('help', () => {
  it('lists the commands', async () => {
    const { code, out } = await millrace(['--help'])
    expect(code).toBe(0)
    for (const command of [
      'run',
      'plan',
      'local',
      'put',
      'tail',
      'agent',
      'consumers',
      'savepoint',
      'checkpoints',
    ])
      expect(out).toMatch(new RegExp(`\\n {2}${command} `))
  })

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await millrace(['--version'])).out).toBe(`${version}\n`)
  })
})

describe('millrace plan', () => {
  it('prints steps, diagram and guarantee', async () => {
    const { code, out } = await millrace(['plan', jobFile('flights.ts')])
    expect(code).toBe(0)
    expect(out).toContain(golden('flights.txt'))
    expect(out).toContain(golden('flights.mmd'))
    expect(out).toContain('End to end: at-least-once')
  })

  it('prints only the diagram, or only JSON', async () => {
    expect((await millrace(['plan', jobFile('flights.ts'), '--mermaid'])).out).toBe(golden('flights.mmd'))
    expect(JSON.parse((await millrace(['plan', jobFile('flights.ts'), '--json'])).out).job).toBe('flights')
  })
})

describe('a job file that does not load', () => {
  it('points at the place where it does not parse', async () => {
    const { code, err } = await millrace([
      'plan',
      written('broken.ts', 'const x: number = 1\nexport default job(\n'),
    ])
    expect(code).toBe(2)
    expect(err).toMatch(/JOB_INVALID: the job file, or a file that it imports, does not parse/)
    // Node names the line where the expression begins, tsx the one where it should have ended.
    expect(err).toMatch(/broken\.ts:[23]\b/)
  })

  it('tells an import of a name that is not there from a line that does not parse', async () => {
    const { code, err } = await millrace([
      'plan',
      written('nameless.mjs', "import { nothing } from 'node:path'\nnothing()\n"),
    ])
    expect(code).toBe(2)
    expect(err).toContain('imports what is not there')
    expect(err).toContain("does not provide an export named 'nothing'")
  })

  it('shows where it threw, and what', async () => {
    const { code, err } = await millrace(['run', jobFile('throws.ts')])
    expect(code).toBe(2)
    expect(err).toContain('because: FLIGHTS_STREAM is not set')
    expect(err).toMatch(/at readConfig \(.*throws\.ts:2:9\)/)
    expect(err).not.toContain('load-job')
  })
})

describe('TypeScript runs as it is', () => {
  const job = `import { everyMs } from './every.ts'
enum Kind { A = 1 }
const graph: { nodes: unknown[] } = { nodes: [] }
export default { name: 'typed', graph, checkpoint: { everyMs: everyMs * Kind.A } }
`
  it.each([
    ['a package of ES modules', 'esm', '{"type":"module"}'],
    ['a package of CommonJS modules', 'cjs', '{}'],
  ])('in %s', async (_, name, packageJson) => {
    written(`${name}/package.json`, packageJson)
    written(`${name}/every.ts`, 'export const everyMs: number = 7000\n')
    const { code, out } = await millrace(['plan', written(`${name}/job.ts`, job)])
    expect(out).toContain('Job typed\nA checkpoint every 7 s')
    expect(code).toBe(0)
  })
})

describe('a running job', () => {
  it('makes a checkpoint for a savepoint, from which another begins', async () => {
    const at = ['--checkpoints', join(folder, 'living')]
    const process = new MillraceProcess(['run', jobFile('stuck.ts'), ...at])
    await process.until('err', /started for the first time/)
    const made = await millrace(['savepoint', jobFile('stuck.ts'), '--name', 'living', '--wait', '1m', ...at])
    expect([made.code, made.out]).toEqual([0, 'living\n'])
    expect(made.err).not.toContain('does not run')
    process.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    const restore = ['--restore', join(folder, 'living/savepoints/living')]
    const other = new MillraceProcess([
      ...['run', jobFile('stuck.ts'), '--checkpoints', join(folder, 'restored'), ...restore],
    ])
    await other.until('err', /restored from checkpoint \d+/)
    other.kill('SIGTERM')
    expect(await other.ended).toBe(0)
    const refused = await millrace(['run', jobFile('stuck.ts'), ...at, ...restore])
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('RESTORE_REFUSED')])
  })

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'takes a last checkpoint at a %s and ends with 0',
    async (signal) => {
      const process = new MillraceProcess(['run', jobFile('stuck.ts'), '--checkpoints', join(folder, signal)])
      await process.until('err', /started for the first time/)
      process.kill(signal)
      expect(await process.ended).toBe(0)
      expect(process.err).toMatch(/stopped with checkpoint \d+; the next run continues there/)
    },
  )

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends at once at the second %s, with %i', async (signal, code) => {
    const checkpoints = join(folder, `stuck-${signal}`)
    const process = new MillraceProcess(['run', jobFile('stuck.ts'), '--checkpoints', checkpoints], {
      env: { STUCK: 'yes' },
    })
    await process.until('err', /started for the first time/)
    process.kill(signal)
    await process.until('err', /stopping: one last checkpoint/)
    process.kill(signal)
    expect(await process.ended).toBe(code)
  })

  it('prints one JSON object per line with --json', async () => {
    const args = ['run', jobFile('stuck.ts'), '--json', '--checkpoints', join(folder, 'json')]
    const process = new MillraceProcess(args)
    await process.until('out', /"kind":"checkpoint"/)
    process.kill('SIGTERM')
    expect(await process.ended).toBe(0)
    const lines = process.out.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).kind).filter(Boolean)).toEqual(
      expect.arrayContaining(['started', 'checkpoint', 'stopping', 'ended']),
    )
  })
})

describe('put and tail against local', () => {
  const lines = Array.from({ length: 20 }, (_, id) => JSON.stringify({ id, user: { name: `u${id % 3}` } }))

  async function withLocal(
    use: (endpoint: string) => Promise<void>,
    more: readonly string[] = [],
  ): Promise<void> {
    const server = new MillraceProcess(['local', '--port', '0', ...more])
    const endpoint = (await server.until('out', /http:\/\/127\.0\.0\.1:\d+/)).trim()
    try {
      await use(endpoint)
    } finally {
      server.kill('SIGTERM')
    }
    expect(await server.ended).toBe(0)
  }

  it('what was put comes back, in the order of each key', () =>
    withLocal(async (endpoint) => {
      const to = ['--stream', 'orders', '--endpoint', endpoint]
      const put = await millrace(
        ['put', ...to, '--create', '2', '--key', 'user.name'],
        folder,
        lines.join('\n'),
      )
      expect(put).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^20 records, \d+ bytes put to orders\n$/),
      })
      const tailed = await millrace(['tail', ...to, '--until', 'caught-up'])
      const records = tailed.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
      const ofKey = records.filter((record) => record.partitionKey === 'u1').map((record) => record.data.id)
      expect(ofKey).toEqual([1, 4, 7, 10, 13, 16, 19])
      const raw = await millrace(['tail', ...to, '--until', 'caught-up', '--raw'])
      expect(raw.out.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
    }))

  it('what was put comes back, with faults on its way there and back', () => {
    const faults = [
      { kind: 'partial-put', share: 0.2, count: 2 },
      { kind: 'throttle', operations: ['GetRecords'], count: 2 },
    ]
    const plan = written('faults.json', JSON.stringify({ seed: 1, faults }))
    return withLocal(
      async (endpoint) => {
        const to = ['--stream', 'orders', '--endpoint', endpoint]
        await millrace(['put', ...to, '--create', '2', '--key', 'user.name'], folder, lines.join('\n'))
        const raw = await millrace(['tail', ...to, '--until', 'caught-up', '--raw'])
        expect(raw.out.trimEnd().split('\n').toSorted()).toEqual(lines.toSorted())
        const shown = await (await fetch(`${endpoint}/_millrace/faults`)).json()
        expect(shown).toMatchObject({ seed: 1, injected: { 'partial-put': 2, throttle: 2 } })
      },
      ['--faults', plan],
    )
  })

  it('a line that is not JSON stops put, with what stands before it put', () =>
    withLocal(async (endpoint) => {
      const to = ['--stream', 'orders', '--endpoint', endpoint]
      const { code, out, err } = await millrace(
        ['put', ...to, '--create', '1'],
        folder,
        '{"a":1}\n{"a":\n{"a":3}\n',
      )
      expect(code).toBe(2)
      expect(out).toMatch(/^1 record,/)
      expect(err).toContain('INPUT_INVALID: line 2 is not JSON')
    }))

  it('tail ends quietly when its reader goes, and at a signal', () =>
    withLocal(async (endpoint) => {
      const to = ['--stream', 'orders', '--endpoint', endpoint]
      await millrace(['put', ...to, '--create', '1'], folder, lines.join('\n'))
      const signalled = new MillraceProcess(['tail', ...to, '--from', 'trim-horizon'])
      await signalled.until('out', /\n/)
      signalled.kill('SIGINT')
      expect(await signalled.ended).toBe(0)
      const piped = new MillraceProcess(['tail', ...to, '--from', 'trim-horizon'])
      await piped.until('out', /\n/)
      piped.closeOutput()
      await millrace(['put', ...to], folder, lines.join('\n'))
      expect([await piped.ended, piped.err]).toEqual([0, ''])
    }))

  it('a stream that is not there is named', () =>
    withLocal(async (endpoint) => {
      const { code, err } = await millrace(['tail', '--stream', 'nope', '--endpoint', endpoint])
      expect(code).toBe(1)
      expect(err).toContain('STREAM_NOT_FOUND')
    }))
})
