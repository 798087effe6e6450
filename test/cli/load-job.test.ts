import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { loadJob } from '../../src/cli/load-job.ts'
import { isMillraceError } from '../../src/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-jobs-'))
afterAll(() => rmSync(folder, { recursive: true }))

const jobFile = (name: string) => fileURLToPath(new URL(`./jobs/${name}`, import.meta.url))
const written = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

async function refusal(file: string) {
  const error = await loadJob(file).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!isMillraceError(error)) throw new Error('the file was not refused as it should be', { cause: error })
  return error
}

describe('a job file', () => {
  it('gives its default export', async () => {
    expect((await loadJob(jobFile('flights.ts'))).name).toBe('flights')
  })

  it('may be plain JavaScript, and need not use this copy of the package', async () => {
    const file = written(
      'plain.mjs',
      "export default { name: 'x', graph: { nodes: [] }, checkpoint: { everyMs: 1 } }",
    )
    expect((await loadJob(file)).name).toBe('x')
  })

  it('is named by what it and the files beside it say', async () => {
    const text = (own: string) => `import './${own}.mjs'\nexport default ${minimal}`
    const minimal = "{ name: 'x', graph: { nodes: [] }, checkpoint: { everyMs: 1 } }"
    written('part.mjs', 'export const a = 1')
    const first = (await loadJob(written('first.mjs', text('part')))).code
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect((await loadJob(join(folder, 'first.mjs'))).code).toBe(first)
    written('part.mjs', 'export const a = 2')
    expect((await loadJob(join(folder, 'first.mjs'))).code).not.toBe(first)
    const given = written('given.mjs', `export default { ...${minimal}, code: 'v7' }`)
    expect((await loadJob(given)).code).toBe('v7')
  })

  it('may export in the manner of CommonJS', async () => {
    const file = written(
      'plain.cjs',
      "exports.default = { name: 'y', graph: { nodes: [] }, checkpoint: { everyMs: 1 } }",
    )
    expect((await loadJob(file)).name).toBe('y')
  })

  it.each([
    ['missing.ts', 'there is no such job file'],
    ['.', 'the job file is a folder'],
    ['not-a-job.ts', 'the default export is a number, not what job(…) gives'],
    ['no-default.ts', 'the job file has no default export: end it with `export default job(…)`'],
    ['throws.ts', 'the job file threw while it was loaded'],
    ['no-sink.ts', 'a job ends in sinks: return what sinkTo(…) gives'],
  ])('%s is refused: %s', async (name, happened) => {
    expect(await refusal(jobFile(name))).toMatchObject({
      code: 'JOB_INVALID',
      happened,
      where: { file: expect.stringContaining('jobs') },
    })
  })

  it('that throws keeps what it threw', async () => {
    expect((await refusal(jobFile('throws.ts'))).cause).toMatchObject({
      message: 'FLIGHTS_STREAM is not set',
    })
  })

  it('that imports what is not there is refused', async () => {
    const error = await refusal(written('lost.mjs', "import './nowhere.mjs'"))
    expect(error.happened).toBe('the job file imports what is not there')
  })
})
