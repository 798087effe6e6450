import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as root from 'millrace'
import * as agent from 'millrace/connectors/agent'
import * as consoleConnector from 'millrace/connectors/console'
import * as delivery from 'millrace/connectors/delivery'
import * as dynamodb from 'millrace/connectors/dynamodb'
import * as files from 'millrace/connectors/files'
import * as http from 'millrace/connectors/http'
import * as kinesis from 'millrace/connectors/kinesis'
import * as kinesisLocal from 'millrace/connectors/kinesis-local'
import * as observable from 'millrace/connectors/observable'
import * as opensearch from 'millrace/connectors/opensearch'
import * as redshift from 'millrace/connectors/redshift'
import * as s3 from 'millrace/connectors/s3'
import * as sns from 'millrace/connectors/sns'
import * as splunk from 'millrace/connectors/splunk'
import * as sqs from 'millrace/connectors/sqs'
import * as operators from 'millrace/operators'
import * as testing from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InstalledProject, type Packed, pack } from './installed.ts'

const megabyte = 1e6
const entryPoints: Readonly<Record<string, object>> = {
  millrace: root,
  'millrace/connectors/agent': agent,
  'millrace/connectors/console': consoleConnector,
  'millrace/connectors/delivery': delivery,
  'millrace/connectors/dynamodb': dynamodb,
  'millrace/connectors/files': files,
  'millrace/connectors/http': http,
  'millrace/connectors/kinesis': kinesis,
  'millrace/connectors/kinesis-local': kinesisLocal,
  'millrace/connectors/observable': observable,
  'millrace/connectors/opensearch': opensearch,
  'millrace/connectors/redshift': redshift,
  'millrace/connectors/s3': s3,
  'millrace/connectors/sns': sns,
  'millrace/connectors/splunk': splunk,
  'millrace/connectors/sqs': sqs,
  'millrace/operators': operators,
  'millrace/testing': testing,
}

/** Those that need a package which is not installed with ours, by its name. */
const withPackages: Readonly<Record<string, string>> = {
  'millrace/codecs/avro': 'avsc',
  'millrace/codecs/csv': 'csv-parse',
  'millrace/codecs/protobuf': '@bufbuild/protobuf',
}

const project = new InstalledProject()
const tarballs = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
let packed: Packed

beforeAll(async () => {
  packed = await pack(tarballs)
  await project.install(join(tarballs, packed.filename))
}, 180_000)

afterAll(() => {
  for (const folder of [tarballs, project.folder]) rmSync(folder, { recursive: true, force: true })
})

describe('the tarball', () => {
  it('holds the build, the documentation and nothing else', () => {
    const wanted =
      /^(dist\/(src|operators|connectors|codecs)\/[\w/-]+(\.js|\.js\.map|\.d\.ts)|docs\/[\w/-]+\.(md|png|svg)|(README|CHANGELOG)\.md|LICENSE|package\.json)$/
    expect(packed.files.map(({ path }) => path).filter((path) => !wanted.test(path))).toEqual([])
  })

  it('is small', () => {
    expect(packed.size).toBeLessThan(0.92 * megabyte)
    expect(packed.unpackedSize).toBeLessThan(3.2 * megabyte)
  })
})

describe('the installed package', () => {
  it('takes little of the disk with all its dependencies', () => {
    const footprint = project.installedBytes() / megabyte
    console.info(`installed: ${footprint.toFixed(1)} MB with all dependencies`)
    expect(footprint).toBeLessThan(40)
  })

  it('has these entry points', () => {
    const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    const points = Object.keys(exports).map((name) => name.replace(/^\./, 'millrace'))
    const known = [...Object.keys(entryPoints), ...Object.keys(withPackages), 'millrace/package.json']
    expect(points.sort()).toEqual(known.sort())
  })

  it.each(Object.entries(entryPoints))('exports from %s what the source does', async (name, source) => {
    const program = `console.log(JSON.stringify(Object.keys(await import('${name}')).sort()))`
    expect(await project.result('--input-type=module', '-e', program)).toEqual(Object.keys(source).sort())
  })

  it.each(Object.entries(withPackages))('has %s for those who install %s', async (name, needed) => {
    const program = `console.log(JSON.stringify(await import('${name}').catch(String)))`
    expect(await project.result('--input-type=module', '-e', program)).toContain(
      `Cannot find package '${needed}'`,
    )
  })

  it('says what a store in S3 needs', async () => {
    const program = `
      import { s3Store } from 'millrace/connectors/s3'
      const list = s3Store({ bucket: 'lake', prefix: 'orders' }).list('')
      console.log(JSON.stringify(await list.catch((error) => error.message)))`
    expect(await project.result('--input-type=module', '-e', program)).toContain(
      'npm install @aws-sdk/client-s3',
    )
  })

  it('says what Parquet needs', async () => {
    const program = `
      import { parquet } from 'millrace/connectors/delivery'
      try { parquet({ id: 'string' }) } catch (error) { console.log(JSON.stringify(error.message)) }`
    expect(await project.result('--input-type=module', '-e', program)).toContain(
      'npm install parquet-wasm apache-arrow',
    )
  })

  it('refuses whatever else lies in it', async () => {
    const inside = [
      'millrace/src/index.ts',
      'millrace/dist/src/index.js',
      'millrace/dist/operators/map.js',
      'millrace/src/stream',
      'millrace/operators/map',
      'millrace/operators/index.js',
      'millrace/connectors',
      'millrace/connectors/delivery/parquet',
    ]
    const program = `
      const codes = ${JSON.stringify(inside)}.map((name) => import(name).then(() => 'LOADED', (error) => error.code))
      console.log(JSON.stringify(await Promise.all(codes)))`
    const refused = inside.map(() => 'ERR_PACKAGE_PATH_NOT_EXPORTED')
    expect(await project.result('--input-type=module', '-e', program)).toEqual(refused)
  })

  it(
    'type-checks with its own declarations',
    async () => expect(await project.complaints()).toBe(''),
    240_000,
  )
})

describe('a program in plain JavaScript', () => {
  beforeAll(() => project.installParquet(), 180_000)

  it('writes Parquet files', async () => {
    expect(await project.result('from-list.js')).toBe('finished')
    expect(await project.rows('lengths')).toEqual([
      { word: 'quick', length: 5 },
      { word: 'brown', length: 5 },
      { word: 'fox', length: 3 },
    ])
  })

  it('reads an embedded Kinesis and ends by itself', async () => {
    const window = { start: 0, end: 1000 }
    expect(await project.result('from-kinesis.js')).toEqual(
      [0, 1, 2, 3].map((customer) => ({
        key: `c${customer}`,
        window,
        orders: 250,
        cents: 250 * customer + (4 * (249 * 250)) / 2,
      })),
    )
  })
})

describe('a job in TypeScript', () => {
  it('is run by the installed command', async () => {
    await project.millrace('run', 'per-minute.ts')
    const rows = await project.rows('per-minute')
    const minutes = Array.from({ length: 10 }, (_, minute) => new Date(minute * 60_000))
    expect(rows).toEqual(
      minutes.flatMap((minute) => [
        { page: '/cart', minute, clicks: 40n },
        { page: '/home', minute, clicks: 20n },
      ]),
    )
  })
})
