import { expect, test } from 'vitest'
import { sourceFiles } from '../source-files.ts'

test('no job is ever run through another process: nothing starts one, and nothing speaks a protocol over stdio', () => {
  const starts = /from '(node:)?(child_process|cluster)'|process\.(send|channel)\b/
  const starters = sourceFiles('src', 'connectors', 'operators').filter(({ text }) => starts.test(text))
  expect(starters.map(({ path }) => path)).toEqual([])
})
