import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path/posix'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))

/** A source file as the rules of the architecture see it. Paths begin at the package. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  /** Of this package: files it imports, as paths. */
  readonly files: readonly string[]
  /** Those of them that are loaded when it is; a type is gone by then. */
  readonly loads: readonly string[]
  /** Other packages that it imports, with the path inside them. */
  readonly packages: readonly string[]
}

/** All TypeScript files below some folders that are there. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders.flatMap(pathsBelow).map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const imported = importsOf(text)
    const own = (names: readonly string[]) =>
      names.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name)))
    return {
      path,
      text,
      files: own(imported),
      loads: own(importsOf(withoutTypeImports(text))),
      packages: imported.filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
    }
  })
}

/** What a file imports and re-exports, types included. */
export function importsOf(text: string): string[] {
  const code = withoutComments(text)
  return [...code.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)'([^'\n]+)'/g)].map(([, name]) => name!)
}

/** Lines that are neither empty nor comment. */
export function codeLines(text: string): number {
  return withoutComments(text)
    .split('\n')
    .filter((line) => line.trim() !== '').length
}

function withoutTypeImports(text: string): string {
  return text.replace(/^(import|export) type [^']*'[^'\n]+'/gm, '').replace(/\btypeof import\([^)]*\)/g, '')
}

/** Good enough for our own sources: comments begin on a line of their own, or after a space. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

function pathsBelow(folder: string): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .toSorted()
}
