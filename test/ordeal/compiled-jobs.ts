import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const sources = fileURLToPath(new URL('./jobs', import.meta.url))
const project = fileURLToPath(new URL('../..', import.meta.url))

/** Compiles the jobs once, since hundreds of processes that each do so take longer than all the rest. Gives their folder. */
export function compiledJobs(folder: string): string {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(project, join(folder, 'node_modules', 'millrace'), 'dir')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const files = readdirSync(sources).map((name) => join(sources, name))
  const alone = ['--ignoreConfig', '--noCheck', '--noResolve', '--isolatedModules', '--verbatimModuleSyntax']
  const how = ['--target', 'es2023', '--module', 'nodenext', '--rewriteRelativeImportExtensions']
  const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
  execFileSync(process.execPath, [
    compiler,
    ...files,
    ...alone,
    ...how,
    '--rootDir',
    sources,
    '--outDir',
    folder,
  ])
  return folder
}
