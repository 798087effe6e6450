import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../compiler.ts'
import { type Compiled, compiled, compileInto, folderAmongPackages } from './compiled.ts'
import type { Mutation } from './mutations.ts'

/** The sources with all mutations, each in a copy of its own. */
export interface Mutants {
  /** Where the sources are that have a mutation in them, and nothing else that is wrong. */
  folderOf(mutation: Mutation): string
  remove(): void
}

const needed = ['src', 'operators', 'connectors', 'codecs', 'test/simulation']

/**
 * Compiles the sources once, and then the files that mutations change. What a mutant shares with the sources is the same
 * file under another name.
 *
 * @throws Error if a text that a mutation replaces is not there, or not once.
 */
export function makeMutants(mutations: readonly Mutation[]): Mutants {
  const [original, work] = [compiled(), folderAmongPackages()]
  const names = new Map(mutations.map((mutation, number) => [mutation, `mutant-${number}`]))
  for (const [mutation, name] of names) {
    writeInto(join(work.folder, 'sources', name, mutation.file), mutated(mutation))
  }
  compileMutated(work)
  for (const [{ file }, name] of names) {
    const [folder, script] = [join(work.folder, name), file.replace(/\.ts$/, '.js')]
    const changed = readFileSync(join(work.folder, 'compiled', name, script))
    writeInto(join(folder, 'package.json'), readFileSync(join(original.folder, 'package.json')))
    for (const path of needed) linkAll(join(original.folder, path), join(folder, path))
    rmSync(join(folder, script))
    writeFileSync(join(folder, script), changed)
  }
  return {
    folderOf: (mutation) => join(work.folder, names.get(mutation)!),
    remove: () => {
      original.remove()
      work.remove()
    },
  }
}

function mutated({ name, file, from, to }: Mutation): string {
  const text = readFileSync(join(root, file), 'utf8')
  const times = text.split(from).length - 1
  if (times !== 1) throw new Error(`"${name}" replaces a text that ${file} has ${times} times: ${from}`)
  return text.replace(from, () => to)
}

/** What the mutated files import is not beside them. */
function compileMutated({ folder }: Compiled): void {
  const project = join(folder, 'tsconfig.json')
  const compilerOptions = { noResolve: true, rootDir: 'sources', types: [] }
  writeFileSync(
    project,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['sources'], exclude: [] }),
  )
  compileInto(join(folder, 'compiled'), project)
}

function writeInto(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
}

function linkAll(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [path, name] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkAll(path, name)
    else linkSync(path, name)
  }
}
