import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutations.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const copied = [
  'src',
  'operators',
  'connectors',
  'codecs',
  'test/simulation',
  'package.json',
  'tsconfig.json',
]

/**
 * A copy of the sources with a defect in it.
 *
 * @throws Error if the text that the mutation replaces is not there, or not once.
 */
export function makeMutant({ name, file, from, to }: Mutation): { readonly folder: string; remove(): void } {
  const text = readFileSync(join(root, file), 'utf8')
  const times = text.split(from).length - 1
  if (times !== 1) throw new Error(`"${name}" replaces a text that ${file} has ${times} times: ${from}`)
  const folder = mkdtempSync(join(root, 'node_modules/.mutant-'))
  for (const path of copied) cpSync(join(root, path), join(folder, path), { recursive: true })
  writeFileSync(
    join(folder, file),
    text.replace(from, () => to),
  )
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
