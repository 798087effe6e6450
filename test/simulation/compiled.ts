import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compilerOutput, root } from '../compiler.ts'

/** Sources as JavaScript, in a folder that has the packages of the project in reach. */
export interface Compiled {
  readonly folder: string
  remove(): void
}

/** A folder that has the packages of the project in reach. */
export function folderAmongPackages(): Compiled {
  const folder = mkdtempSync(join(root, 'node_modules/.simulation-'))
  copyFileSync(join(root, 'package.json'), join(folder, 'package.json'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Compiles a project as it is, right or wrong: a loader that does so in each process takes longer than most histories. */
export function compileInto(folder: string, project = join(root, 'tsconfig.json')): void {
  const complaints = compilerOutput('-p', project, '--noEmit', 'false', '--noCheck', '--outDir', folder)
  if (complaints.trim() !== '') throw new Error(`the compiler says: ${complaints}`)
}

/** The sources of the project. */
export function compiled(): Compiled {
  const made = folderAmongPackages()
  compileInto(made.folder)
  return made
}
