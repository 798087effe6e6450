import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { presets } from '../bench/nexmark/preset.ts'
import { answerInFile } from './answer-in-file.ts'
import { DuckDBTables } from './duckdb-tables.ts'

const commandLine = fileURLToPath(new URL('../bench/nexmark/run.ts', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-nexmark-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function nexmark(...line: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', commandLine, '--events', '3000', ...line],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

describe('the file of an answer', () => {
  it('holds rows as lines (q1)', async () => {
    const out = join(folder, 'q1.jsonl')
    expect(nexmark('--query', 'q1', '--out', out)).toMatchObject({ status: 0, stderr: '' })
    const [first = ''] = readFileSync(out, 'utf8').split('\n')
    expect(Object.keys(JSON.parse(first))).toEqual(['auction', 'bidder', 'price', 'dateTime', 'extra'])
    expect(JSON.parse(first).price).toMatch(/^\d+\.\d{3}$/)
  })

  it('holds changes as lines that make the answer, applied in their order (q19)', async () => {
    const out = join(folder, 'q19.jsonl')
    expect(nexmark('--query', 'q19', '--out', out)).toMatchObject({ status: 0, stderr: '' })
    const tables = await DuckDBTables.of(presets.std, 3000)
    expect(await answerInFile(out, 'q19')).toEqual(await tables.answer('q19'))
    tables.close()
    const ops = new Set(readFileSync(out, 'utf8').match(/(?<=^\{"op":")../gm))
    expect([...ops].sort()).toEqual(['+I', '+U', '-U'])
  })

  it('is empty if there are no events', () => {
    const out = join(folder, 'empty.jsonl')
    expect(nexmark('--query', 'q5', '--events', '0', '--out', out)).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(out, 'utf8')).toBe('')
  })

  it('is missed by name if it cannot be written', () => {
    const { status, stderr } = nexmark('--query', 'q5', '--out', join(folder, 'none', 'q5.jsonl'))
    expect(status).toBe(1)
    expect(stderr).toMatch(/^q5 failed: ENOENT: no such file or directory, open '.*none\/q5.jsonl'\n$/)
  })

  it('is not begun if the command line is wrong', () => {
    const out = join(folder, 'wrong.jsonl')
    const { status, stderr } = nexmark('--query', 'q5', '--splits', '0', '--out', out)
    expect(status).toBe(2)
    expect(stderr).toMatch(/^--splits 0 is no whole number of at least 1\n\nnpm run nexmark -- \[options\]\n/)
  })
})
