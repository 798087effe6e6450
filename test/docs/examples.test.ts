import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Complaint, complaintsOf, root } from '../compiler.ts'
import { sourceFiles } from '../source-files.ts'
import { type Export, isDocumented, publicExports } from './entry-points.ts'
import { exampleModule, withAssertions } from './example-module.ts'
import { docstringExamples, type Example, markdownExamples } from './examples.ts'

/** Where examples become modules: inside the package, so that they import it by its name as users do. */
const folder = join(root, 'dist/doc-examples')

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const assertion: Export = { name: 'expect', isType: false, from: 'vitest', file: '' }
const exported = publicExports()
const sources = sourceFiles('src', 'operators', 'connectors', 'codecs').map(({ path }) => path)
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`),
]
const inDocstrings = sources
  .flatMap(docstringExamples)
  .map((example) => written(example, withAssertions(example.code)))
const inPages = pages
  .filter((page) => page.endsWith('.md') && existsSync(join(root, page)))
  .flatMap(markdownExamples)
  .map((example) => written(example, example.code))

interface Written extends Example {
  readonly module: string
  readonly linesAbove: number
}

function written(example: Example, code: string): Written {
  const module = `${example.file.replace(/\.\w+$/, '').replaceAll('/', '-')}-${example.line}.ts`
  const { text, linesAbove } = exampleModule(code, [...exported, assertion, ...unexported(example.file)])
  writeFileSync(join(folder, module), text)
  return { ...example, module, linesAbove }
}

/** What a file declares for others of this package only: its own examples may use that too. */
function unexported(file: string): Export[] {
  if (!file.endsWith('.ts')) return []
  const from = relative(folder, join(root, file))
  const declared = readFileSync(join(root, file), 'utf8').matchAll(
    /^export (?:async )?(?:function|const) (\w+)/gm,
  )
  return [...declared]
    .map(([, name = '']) => ({ name, isType: false, from, file }))
    .filter(({ name }) => !exported.some((known) => known.name === name))
}

/** The complaints of the compiler about each module, with the lines of the example. */
function compiled(): Complaint[] {
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: { rootDir: '../..', outDir: '..', noUnusedLocals: false, noUnusedParameters: false },
    include: ['*.ts', '../../connectors/delivery/objects/encoding/parquetjs-lite.d.ts'],
    exclude: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  return complaintsOf(folder)
}

const complaints = compiled()
const complaintsAbout = ({ module, line, linesAbove }: Written) =>
  complaints
    .filter(({ file }) => file === module)
    .map((complaint) => `line ${complaint.line - linesAbove + line - 1}: ${complaint.message}`)

const titled = (examples: readonly Written[]) =>
  examples.map((example) => [`${example.file}:${example.line}`, example] as const)

describe('an example in a docstring', () => {
  it('is found', () => expect(inDocstrings.length).toBeGreaterThan(10))

  it.each(titled(inDocstrings))('%s compiles, runs and gives what it says', async (_title, example) => {
    expect(complaintsAbout(example)).toEqual([])
    await import(pathToFileURL(join(folder, example.module)).href)
  })
})

describe.skipIf(inPages.length === 0)('an example in the documentation', () => {
  it.each(titled(inPages))('%s compiles', (_title, example) => {
    expect(complaintsAbout(example)).toEqual([])
  })
})

describe('an export', () => {
  it('has a docstring', () => {
    const bare = exported.filter((one) => !isDocumented(one)).map(({ name, file }) => `${name} in ${file}`)
    expect(bare).toEqual([])
  })
})
