import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { codeLines, type SourceFile, sourceFiles, withoutComments } from './source-files.ts'

const files = sourceFiles('src', 'operators', 'connectors', 'codecs', 'examples')
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The files below `src` that each part of it may import, besides its own. The table reads from the ground up. */
const layers: Readonly<Record<string, readonly string[]>> = {
  units: [],
  errors: [],
  rx: [],
  contract: ['units', 'errors'],
  time: ['contract', 'units', 'errors'],
  state: ['contract', 'units', 'errors', 'time'],
  graph: ['contract', 'units', 'errors', 'stream', 'job'],
  stream: ['graph'],
  job: ['contract', 'units', 'errors', 'graph', 'stream'],
  checkpoint: ['contract', 'units', 'errors', 'state'],
  observe: ['contract', 'units', 'errors', 'graph', 'job'],
  runtime: [
    ...['contract', 'units', 'errors', 'rx', 'time', 'state', 'graph', 'stream', 'job'],
    ...['checkpoint', 'observe'],
  ],
  index: ['contract', 'units', 'errors', 'stream', 'job', 'checkpoint', 'observe', 'runtime', 'rx'],
}
const everyLayer = Object.keys(layers)

/** Each of these knows the outside world in one respect; no other file may. */
const edges: Readonly<Record<string, readonly string[]>> = {
  'time and timers': ['src/contract/system.ts'],
  randomness: ['src/contract/system.ts'],
  rxjs: ['src/rx.ts'],
}

/** What a file may import of this package; `undefined` if it lies nowhere that the architecture knows. */
function allowed(path: string): RegExp | undefined {
  const [top, second = ''] = path.split('/')
  if (top === 'examples') return /^examples\//
  if (top === 'operators')
    return /^(operators\/|src\/(stream|errors|units|rx)\.ts$|src\/(graph|contract|time|state)\/)/
  if (top === 'connectors' || top === 'codecs')
    return new RegExp(`^(${top}/${second}/|src/contract/|src/(units|errors)\\.ts$)`)
  const layer = second.replace(/\.ts$/, '')
  if (layer === 'cli' || layer === 'testing') return compositionRoot(layer)
  return layers[layer] && below([layer, ...layers[layer]])
}

function below(names: readonly string[]): RegExp {
  return new RegExp(`^src/(${names.join('|')})(\\.ts$|/)`)
}

function compositionRoot(layer: string): RegExp {
  const src = below([layer, ...everyLayer]).source
  return new RegExp(`${src}|^operators/index\\.ts$|^connectors/[\\w-]+/index\\.ts$`)
}

function wrongImports(): string[] {
  return files.flatMap(({ path, files: imported }) => {
    const rule = allowed(path)
    if (rule === undefined) return [`${path} lies in no known part`]
    return imported.filter((other) => !rule.test(other)).map((other) => `${path} imports ${other}`)
  })
}

describe('imports', () => {
  it('go only where the architecture lets them', () => expect(wrongImports()).toEqual([]))

  it('name files that are there', () => {
    const known = new Set(files.map((file) => file.path))
    const missing = files.flatMap(({ path, files: imported }) =>
      imported.filter((other) => !known.has(other)).map((other) => `${path} imports ${other}`),
    )
    expect(missing).toEqual([])
  })

  it('make no cycle at run time', () => expect(cycles(files)).toEqual([]))

  it('of examples are entry points of the package', () => {
    const points = Object.keys(manifest.exports).map((name) => name.replace(/^\./, manifest.name))
    const wrong = sourceFiles('examples').flatMap(({ path, packages }) =>
      packages
        .filter((name) => name.startsWith('millrace') && !points.includes(name))
        .map((name) => `${path}: ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('of other packages are declared', () => {
    const declared = new Set([
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.peerDependencies),
      manifest.name,
    ])
    const undeclared = files
      .filter((file) => !file.path.startsWith('examples/'))
      .flatMap(({ path, packages }) =>
        packages.filter((name) => !declared.has(packageOf(name))).map((name) => `${path}: ${name}`),
      )
    expect(undeclared).toEqual([])
  })
})

describe('the outside world', () => {
  const doors: Readonly<Record<string, RegExp>> = {
    'time and timers':
      /\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bset(Timeout|Interval)\(|\{[^}]*\bset(Timeout|Interval)\b[^}]*\} from 'node:timers/,
    randomness: /\bMath\.random\b/,
    rxjs: /'rxjs/,
  }

  it.each(Object.keys(doors))('of %s is known at its edges only', (door) => {
    const through = files
      .filter(({ path, text }) => !path.startsWith('examples/') && doors[door]!.test(withoutComments(text)))
      .map(({ path }) => path)
    expect(through.filter((path) => !edges[door]!.includes(path))).toEqual([])
  })
})

describe('a file', () => {
  it('has at most 300 lines of code', () => {
    const long = files.filter(({ text }) => codeLines(text) > 300).map(({ path }) => path)
    expect(long).toEqual([])
  })

  it('is named after its idea', () => {
    const vague = /(^|[/-])(utils?|helpers?|misc|common|manager|base|impl)(-|\.ts$|\/)/
    expect(files.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([])
  })

  it('silences neither the compiler nor the linter', () => {
    const silence = /@ts-(ignore|nocheck|expect-error)|biome-ignore|eslint-disable/
    expect(files.filter(({ text }) => silence.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('of an entry point lists what it exports', () => {
    const points = files.filter(({ path }) => path.endsWith('/index.ts'))
    expect(points.filter(({ text }) => /export \*/.test(text)).map(({ path }) => path)).toEqual([])
  })
})

describe('the package', () => {
  const sourceOf = (built: string) =>
    fileURLToPath(new URL(`..${built.replace('./dist', '').replace(/\.js$/, '.ts')}`, import.meta.url))

  it('exports entry points that are there', () => {
    const targets = Object.values<string | { default: string }>(manifest.exports).map((target) =>
      typeof target === 'string' ? target : target.default,
    )
    const missing = targets
      .filter((target) => target.startsWith('./dist'))
      .filter((target) => !existsSync(sourceOf(target)))
    expect(missing).toEqual([])
  })

  it('exports every connector', () => {
    const connectors = new Set(sourceFiles('connectors').map(({ path }) => path.split('/')[1]))
    expect(Object.keys(manifest.exports)).toEqual(
      expect.arrayContaining([...connectors].map((name) => `./connectors/${name}`)),
    )
  })

  it('exports every codec that needs a package of its own', () => {
    const codecs = new Set(sourceFiles('codecs').map(({ path }) => path.split('/')[1]))
    expect(Object.keys(manifest.exports)).toEqual(
      expect.arrayContaining([...codecs].map((name) => `./codecs/${name}`)),
    )
  })

  it('has a command that is there', () => expect(existsSync(sourceOf(manifest.bin.millrace))).toBe(true))
})

function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/')
}

/** The ways from a file back to itself. */
function cycles(all: readonly SourceFile[]): string[] {
  const loads = new Map(all.map((file) => [file.path, file.loads]))
  const state = new Map<string, 'open' | 'done'>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === 'done') return
    if (state.get(path) === 'open') {
      found.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    state.set(path, 'open')
    for (const next of loads.get(path) ?? []) visit(next, [...trail, path])
    state.set(path, 'done')
  }
  for (const { path } of all) visit(path, [])
  return found
}
