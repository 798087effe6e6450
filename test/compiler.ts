import { spawnSync } from 'node:child_process'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = join(root, 'node_modules/typescript/bin/tsc')

/** An error of the compiler. */
export interface Complaint {
  /** Without its folder. */
  readonly file: string
  readonly line: number
  readonly code: string
  /** With the lines of explanation that follow it. */
  readonly message: string
}

/** What the compiler prints. */
export function compilerOutput(...args: readonly string[]): string {
  const { stdout, error } = spawnSync(process.execPath, [tsc, '--pretty', 'false', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (error !== undefined) throw error
  return stdout
}

/** Compiles a project and gives its errors. */
export function complaintsOf(project: string): Complaint[] {
  const complaints: Complaint[] = []
  for (const text of compilerOutput('-p', project).split('\n')) {
    const [, path, line, code, message] = /^(.+?)\((\d+),\d+\): error (TS\d+): (.*)$/.exec(text) ?? []
    const last = complaints.at(-1)
    if (path !== undefined) {
      complaints.push({ file: basename(path), line: Number(line), code: code ?? '', message: message ?? '' })
    } else if (text.startsWith(' ') && last !== undefined) {
      complaints[complaints.length - 1] = { ...last, message: `${last.message}\n${text}` }
    } else if (text.trim() !== '') throw new Error(`the compiler says: ${text}`)
  }
  return complaints
}
