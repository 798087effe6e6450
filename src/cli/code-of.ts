import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'

/** What an import without an extension, or with that of what the compiler would make, may mean. */
const endings = ['', '.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '/index.ts', '/index.js']
const imports = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]*)\1/g

/**
 * Names the code of a job: the SHA-256, in hexadecimal, of its file and of all files that it imports by relative paths, of
 * their names and contents. Packages do not count.
 */
export function codeOf(file: string): string {
  const contents = new Map<string, string>()
  const waiting = [resolve(file)]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (contents.has(path)) continue
    const content = readFileSync(path, 'utf8')
    contents.set(path, content)
    for (const [, , target = ''] of content.matchAll(imports)) waiting.push(...found(dirname(path), target))
  }
  const hash = createHash('sha256')
  const base = dirname(resolve(file))
  for (const [path, content] of [...contents].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${relative(base, path)}\0${content.length}\0${content}`)
  }
  return hash.digest('hex')
}

function found(folder: string, target: string): readonly string[] {
  const path = resolve(folder, target)
  const named = [path, path.replace(/\.([cm]?)js$/, '.$1ts')]
  const candidates = named.flatMap((each) => endings.map((ending) => each + ending))
  return candidates.filter((each) => existsSync(each) && statSync(each).isFile()).slice(0, 1)
}
