import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parquetReadObjects } from 'hyparquet'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const runFile = promisify(execFile)

/** What `npm pack` says of a package. */
export interface Packed {
  readonly filename: string
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** Packs the build as it is into a folder. */
export async function pack(folder: string): Promise<Packed> {
  if (!existsSync(join(root, 'dist/src'))) throw new Error('dist is missing: run `npm run build` first')
  const { stdout } = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder)
  const [packed] = Object.values<Packed>(JSON.parse(stdout))
  return packed!
}

/** What the project installs to write Parquet. */
const parquetPackages = ['parquet-wasm', 'apache-arrow']
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts']
/** A registry that falls silent is asked again within the time that the tests have. */
const patiently = ['--fetch-timeout=20000', '--fetch-retries=5', '--fetch-retry-mintimeout=1000']

/** A project of a user, in a folder of its own, with the packed package installed. */
export class InstalledProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'millrace-project-'))

  async install(tarball: string): Promise<void> {
    cpSync(fileURLToPath(new URL('./project', import.meta.url)), this.folder, { recursive: true })
    writeFileSync(join(this.folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
    const types = `@types/node@${manifest.devDependencies['@types/node']}`
    try {
      await npm(this.folder, 'install', tarball, types, ...quietly, ...patiently)
    } catch (cause) {
      throw new Error('the dependencies of the packed package cannot be installed; is npm offline?', {
        cause,
      })
    }
  }

  /** What the documentation tells those who write Parquet. */
  async installParquet(): Promise<void> {
    const versions = parquetPackages.map((name) => `${name}@${manifest.devDependencies[name]}`)
    await npm(this.folder, 'install', ...versions, ...quietly, ...patiently)
  }

  /** Runs Node here and gives what it prints; what it says on stderr is in the error if it fails. */
  async node(...args: readonly string[]): Promise<string> {
    return (await runFile(process.execPath, args, { cwd: this.folder })).stdout
  }

  /** What a program prints, as JSON, on its last line. */
  async result(...args: readonly string[]): Promise<unknown> {
    return JSON.parse((await this.node(...args)).trim().split('\n').at(-1) ?? '')
  }

  async millrace(...args: readonly string[]): Promise<void> {
    await runFile(join(this.folder, 'node_modules/.bin/millrace'), args, { cwd: this.folder })
  }

  /** The compiler's complaints about the project. */
  async complaints(): Promise<string> {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    return this.node(tsc, '--pretty', 'false', '-p', '.').catch(
      (failure) => failure.stdout || String(failure),
    )
  }

  /** All rows of the Parquet files below a folder. */
  async rows(folder: string): Promise<Record<string, unknown>[]> {
    const files = filesBelow(join(this.folder, folder)).filter((path) => path.endsWith('.parquet'))
    const rows = files.map((path) => {
      const { buffer, byteOffset, byteLength } = readFileSync(path)
      return parquetReadObjects({ file: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer })
    })
    return (await Promise.all(rows)).flat()
  }

  /** What a user's disk holds of the package and its dependencies. */
  installedBytes(): number {
    const files = filesBelow(join(this.folder, 'node_modules'))
    const ours = files.filter((path) => !/node_modules\/(@types|undici-types)\//.test(path))
    return ours.reduce((sum, path) => sum + statSync(path).size, 0)
  }
}

function npm(cwd: string, ...args: readonly string[]) {
  return runFile('npm', args, { cwd, maxBuffer: 2 ** 26 })
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
