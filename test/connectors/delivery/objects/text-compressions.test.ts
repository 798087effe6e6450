import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import { decompress } from '@bokuweb/zstd-wasm'
import { DuckDBInstance } from '@duckdb/node-api'
import { snappyUncompress } from 'hyparquet'
import { afterAll, describe, expect, test } from 'vitest'
import { csvLines, jsonLines, raw } from '../../../../connectors/delivery/index.ts'
import {
  blockBytes,
  type Compressor,
  type TextCompression,
} from '../../../../connectors/delivery/objects/encoding/compression/compressor.ts'
import { zipEntry } from '../../../../connectors/delivery/objects/encoding/compression/zip-entry.ts'
import { ZstdFrames } from '../../../../connectors/delivery/objects/encoding/compression/zstd-frames.ts'
import { encoded } from './encode.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-compressions-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** More than some blocks of 256 KiB, of texts that compress well and others that do not. */
const lines = Array.from({ length: 9000 }, (_, id) => ({
  id,
  text: id % 3 === 0 ? 'the same again and again'.repeat(8) : String(Math.sin(id)).repeat(5),
}))
const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')

/** Raw Snappy, by another implementation than the one that wrote it. */
function unsnapped(chunk: Buffer): Buffer {
  let [size, at] = [0, 0]
  for (let shift = 0; ; shift += 7) {
    const byte = chunk[at++]!
    size |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  const bytes = Buffer.alloc(size)
  snappyUncompress(chunk, bytes)
  return bytes
}

/** By the description of Snappy's framing format. */
function unframed(file: Buffer): Buffer {
  const texts: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    const type = file[at]!
    const end = at + 4 + file.readUIntLE(at + 1, 3)
    const body = file.subarray(at + 4, end)
    if (at === 0) expect([type, body.toString()]).toEqual([0xff, 'sNaPpY'])
    else {
      expect([0, 1]).toContain(type)
      const piece = type === 0 ? unsnapped(body.subarray(4)) : body.subarray(4)
      expect(piece.length).toBeLessThanOrEqual(65_536)
      expect(body.readUInt32LE(0)).toBe(masked(crc32c(piece)))
      texts.push(piece)
    }
    at = end
  }
  return Buffer.concat(texts)
}

function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

const masked = (crc: number) => ((((crc >>> 15) | (crc << 17)) >>> 0) + 0xa282ead8) >>> 0

/** As Hadoop's `BlockDecompressorStream` reads it. */
function unblocked(file: Buffer): Buffer {
  const texts: Buffer[] = []
  for (let at = 0; at < file.length; ) {
    let left = file.readUInt32BE(at)
    expect(left).toBeLessThanOrEqual(256 * 1024)
    at += 4
    while (left > 0) {
      const size = file.readUInt32BE(at)
      const piece = unsnapped(file.subarray(at + 4, at + 4 + size))
      at += 4 + size
      left -= piece.length
      texts.push(piece)
    }
    expect(left).toBe(0)
  }
  return Buffer.concat(texts)
}

/** The one entry of an archive, by its directory at the end. */
function unzipped(file: Buffer): { readonly name: string; readonly text: Buffer } {
  const end = file.length - 22
  expect(file.readUInt32LE(end)).toBe(0x06054b50)
  expect(file.readUInt16LE(end + 10)).toBe(1)
  const entry = file.readUInt32LE(end + 16)
  expect(file.readUInt32LE(entry)).toBe(0x02014b50)
  const [size, nameLength] = [file.readUInt32LE(entry + 20), file.readUInt16LE(entry + 28)]
  const local = file.readUInt32LE(entry + 42)
  const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
  return {
    name: file.subarray(entry + 46, entry + 46 + nameLength).toString(),
    text: zlib.inflateRawSync(file.subarray(start, start + size)),
  }
}

async function unzstd(file: Buffer): Promise<Buffer> {
  // The package reads frames that say how long their text is, as it writes them itself; those of a stream do not.
  if ('zstdDecompressSync' in zlib)
    return (zlib as { zstdDecompressSync(bytes: Buffer): Buffer }).zstdDecompressSync(file)
  // Loads the package, which must not be done twice.
  await ZstdFrames.open()
  return Buffer.from(decompress(file))
}

const readers = {
  gzip: ['.gz', (file: Buffer) => zlib.gunzipSync(file)],
  zip: ['.zip', (file: Buffer) => unzipped(file).text],
  snappy: ['.snappy', unframed],
  'hadoop-snappy': ['.hsnappy', unblocked],
  zstd: ['.zst', unzstd],
} satisfies Record<
  Exclude<TextCompression, 'none'>,
  readonly [string, (file: Buffer) => Buffer | Promise<Buffer>]
>

describe.each(Object.entries(readers))('text compressed by %s', (name, [ending, read]) => {
  const compression = name as keyof typeof readers
  const format = jsonLines<(typeof lines)[number]>({ compression })

  test('reads back as it was', async () => {
    const file = await encoded(format, lines)
    expect(file.length).toBeLessThan(text.length / 1.5)
    expect((await read(file)).toString()).toBe(text)
  })

  test('is the same bytes however rows lie in batches', async () => {
    const whole = await encoded(format, lines, { every: lines.length })
    for (const every of [17, 1000])
      expect((await encoded(format, lines, { every })).equals(whole), `batches of ${every}`).toBe(true)
  })

  test('may be a header alone', async () => {
    const table = csvLines({ columns: ['id', 'text'], compression })
    expect((await read(await encoded(table, []))).toString()).toBe('id,text\r\n')
  })

  test('has its own extension', () => {
    const formats = [
      format,
      csvLines({ columns: ['id'], compression }),
      raw({ extension: 'log', compression }),
    ]
    expect(formats.map(({ extension }) => extension)).toEqual([
      `jsonl${ending}`,
      `csv${ending}`,
      `log${ending}`,
    ])
  })
})

/** Of a compressor in this thread. */
async function compressed(compressor: Compressor): Promise<Buffer> {
  return Buffer.concat([...(await compressor.add(Buffer.from(text))), ...(await compressor.finish())])
}

describe('a ZIP archive', () => {
  const told = { 'millrace.sink': 'my lake/1', 'millrace.rows': '0-8999' }

  test('has one file, named after its rows', async () => {
    const file = await encoded(jsonLines({ compression: 'zip' }), lines, { told })
    expect(unzipped(file).name).toBe('my_lake_1-0-8999.jsonl')
  })

  test('has the same bytes in every time zone', async () => {
    const zone = process.env['TZ']
    const files: Buffer[] = []
    for (const other of ['UTC', 'Asia/Tokyo', 'America/New_York']) {
      process.env['TZ'] = other
      files.push(await compressed(await zipEntry({ extension: 'jsonl', told })))
    }
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
    expect(files[1]!.equals(files[0]!) && files[2]!.equals(files[0]!)).toBe(true)
  })

  test.runIf(isThere('python3'))('is read by Python', async () => {
    const path = join(scratch, 'lines.zip')
    writeFileSync(path, await encoded(jsonLines({ compression: 'zip' }), lines, { told }))
    const program = `import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
sys.stdout.write(archive.read(archive.namelist()[0]).decode())`
    const read = execFileSync('python3', ['-c', program, path], { maxBuffer: 2 ** 26 })
    expect(read.toString()).toBe(text)
  })
})

describe('Zstandard of a package', () => {
  test('is one text in frames, which DuckDB reads', async () => {
    const compressor = await ZstdFrames.open()
    const pieces: Uint8Array[] = []
    const rows = 2 ** 20
    const all = Buffer.from('{"id":1}\n'.repeat(rows))
    for (let at = 0; at < all.length; at += blockBytes)
      pieces.push(...(await compressor.add(all.subarray(at, at + blockBytes))))
    pieces.push(...(await compressor.finish()))
    expect(pieces.length).toBe(3)
    const path = join(scratch, 'lines.jsonl.zst')
    writeFileSync(path, Buffer.concat(pieces))
    const duck = await (await DuckDBInstance.create()).connect()
    const read = await duck.runAndReadAll(`SELECT count(*)::INT, sum(id)::INT FROM '${path}'`)
    duck.closeSync()
    expect(read.getRows()).toEqual([[rows, rows]])
  })
})

function isThere(command: string): boolean {
  try {
    execFileSync(command, ['--version'])
    return true
  } catch {
    return false
  }
}
