import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Complaint, complaintsOf, root } from '../compiler.ts'

/*
 * Each file of `wrong/` has one mistake. The comment above the wrong line says what the compiler must say of it:
 *
 *     // ↓ Property 'keySelector' is missing
 *     window(tumbling('1d')),
 */
const folder = join(root, 'test/types/wrong')
const files = readdirSync(folder).filter((name) => name.endsWith('.ts'))

function markIn(file: string): { line: number; words: string } {
  const marks = readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const [, words] = /^\s*\/\/ ↓ (.+)$/.exec(text) ?? []
      return words === undefined ? [] : [{ line: index + 2, words }]
    })
  const [mark, another] = marks
  if (mark === undefined || another !== undefined)
    throw new Error(`${file} needs one mark, not ${marks.length}`)
  return mark
}

/** A callback of the wrong step that is not told its type. It is said on the same line, and goes with the mistake. */
function followsFrom(mistake: Complaint, { code, line }: Complaint): boolean {
  return code === 'TS18046' && line === mistake.line
}

describe('a wrong call', () => {
  const complaints = complaintsOf('test/types/wrong')

  it.each(files.map((file) => [file.replace('.ts', '').replaceAll('-', ' '), file]))('%s', (_title, file) => {
    const { line, words } = markIn(file)
    const [mistake, ...others] = complaints.filter((complaint) => complaint.file === file)
    expect(mistake).toMatchObject({ line, message: expect.stringContaining(words) })
    expect(others.filter((other) => mistake === undefined || !followsFrom(mistake, other))).toEqual([])
  })

  it('is no fault of a file that it uses', () => {
    expect(complaints.filter(({ file }) => !files.includes(file))).toEqual([])
  })
})
