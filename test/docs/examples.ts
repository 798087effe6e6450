import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../compiler.ts'

/** A piece of documentation that is code. */
export interface Example {
  /** The file it stands in, as a path in the package. */
  readonly file: string
  /** The line of its first line of code. */
  readonly line: number
  readonly code: string
}

/** The `@example`s in the docstrings of a file. */
export function docstringExamples(file: string): Example[] {
  const examples: Example[] = []
  let code: string[] | undefined
  for (const [index, text] of linesOf(file).entries()) {
    const [, inside] = /^\s*\* ?(?!\/)(.*)$/.exec(text) ?? []
    if (code !== undefined && (inside === undefined || inside.startsWith('@'))) {
      examples.push({ file, line: index + 1 - code.length, code: code.join('\n') })
      code = undefined
    }
    if (inside === '@example') code = []
    else if (inside !== undefined) code?.push(inside)
  }
  return examples
}

/** The blocks of TypeScript in a Markdown file. */
export function markdownExamples(file: string): Example[] {
  const examples: Example[] = []
  let code: string[] | undefined
  for (const [index, text] of linesOf(file).entries()) {
    if (code !== undefined && text === '```') {
      examples.push({ file, line: index + 1 - code.length, code: code.join('\n') })
      code = undefined
    } else if (/^```(ts|typescript)$/.test(text)) code = []
    else code?.push(text)
  }
  if (code !== undefined) throw new Error(`a block of code in ${file} does not end`)
  return examples
}

function linesOf(file: string): string[] {
  return readFileSync(join(root, file), 'utf8').split('\n')
}
