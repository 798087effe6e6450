import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filePattern } from '../../../connectors/agent/file-pattern.ts'
import { matchingFiles } from '../../../connectors/agent/matching-files.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-patterns-'))
const paths = [
  ...['a.log', 'b.log', 'b.txt', '.hidden.log', 'a.log.gz', 'x[1].log', 'a+b.log', 'ä.log'],
  ...['one/a.log', 'one/deep/a.log', 'one/deep/er/b.log', 'two/a.log', '.git/a.log'],
]

beforeAll(() => {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
  }
  symlinkSync(root, join(root, 'one/loop'))
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

async function found(...patterns: string[]): Promise<string[]> {
  const { files } = await matchingFiles(patterns.map((pattern) => filePattern(join(root, pattern))))
  return [...files.values()].map(({ path }) => relative(root, path)).toSorted()
}

describe('a pattern', () => {
  it.each([
    ['a.log', ['a.log']],
    ['*.log', ['a+b.log', 'a.log', 'b.log', 'x[1].log', 'ä.log']],
    ['?.log', ['a.log', 'b.log', 'ä.log']],
    ['[ab].log', ['a.log', 'b.log']],
    ['[!a].log', ['b.log', 'ä.log']],
    ['[a-c].*', ['a.log', 'b.log', 'b.txt']],
    ['{a,b}.{log,txt}', ['a.log', 'b.log', 'b.txt']],
    ['a+b.log', ['a+b.log']],
    ['x\\[1\\].log', ['x[1].log']],
    ['.h*', ['.hidden.log']],
    ['*/a.log', ['one/a.log', 'two/a.log']],
    ['**/b.log', ['b.log', 'one/deep/er/b.log']],
    ['one/**/a.log', ['one/a.log', 'one/deep/a.log']],
    ['one/**', ['one/a.log', 'one/deep/a.log', 'one/deep/er/b.log']],
    ['nowhere/*.log', []],
    ['a.log/*', []],
  ])('%s finds %j', async (pattern, expected) => expect(await found(pattern)).toEqual(expected))

  it('finds a file once, whatever else finds it', async () => {
    expect(await found('a.*', '*.log', '**/a.log')).toContain('a.log')
    expect(await found('a.log', 'a*.log', './a.log')).toEqual(['a+b.log', 'a.log'])
  })
})
