import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { recordHeaderSize, recordKeySize } from '../../../connectors/kinesis-local/log/record-layout.ts'
import { ResidentSegments } from '../../../connectors/kinesis-local/log/resident-segments.ts'
import { SegmentFolder } from '../../../connectors/kinesis-local/log/segment-folder.ts'
import { ShardLog } from '../../../connectors/kinesis-local/log/shard-log.ts'
import { cborWire } from '../../../connectors/kinesis-local/protocol/cbor-wire.ts'
import { fail, iteratorOf, put, succeed } from './raw-call.ts'

const start = 1e12
const perSegment = 5

let root: string
let shard: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
  shard = join(root, 'shard')
})
afterEach(() => rmSync(root, { recursive: true }))

const open = (path = shard) => new ShardLog(0, new SegmentFolder(path, new ResidentSegments(1)))
const index = () => join(shard, 'sealed.index')
const segmentsIn = (path: string) =>
  readdirSync(path)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .map((name) => join(path, name))

/** Records of nearly a MiB, whose keys are their counters and whose times are a second apart; five fill a segment. */
function fill(count: number): void {
  const log = open()
  const blob = Buffer.alloc(900_000, 'x')
  for (let counter = 1; counter <= count; counter++) {
    const record = { partitionKey: String(counter), blob, blobSize: blob.length, encrypted: false }
    log.stage(record, start + counter * 1000, cborWire)
    log.commit()
  }
  log.close()
}

function keysFrom(log: ShardLog, counter: number): number[] {
  return log.read(counter, 10_000, Number.POSITIVE_INFINITY).flatMap(({ segment, from, to }) => {
    const { bytes } = segment
    return Array.from({ length: to - from }, (_, offset) => {
      const place = segment.placeOf(from + offset)
      const key = place + recordHeaderSize
      return Number(bytes.toString('utf8', key, key + recordKeySize(bytes, place)))
    })
  })
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at + 1)

describe('sealed segments', () => {
  test('are not read at the start, and give everything when they are asked', () => {
    fill(perSegment * 3 + 1)
    const log = open()
    expect([log.oldest, log.next]).toEqual([1, perSegment * 3 + 2])
    for (const counter of [1, 2, 5, 6, 7, 15, 16]) {
      expect(log.firstAtOrAfter(start + counter * 1000)).toBe(counter)
      expect(log.firstAtOrAfter(start + counter * 1000 - 999)).toBe(counter)
      expect(log.arrivalMsAt(counter)).toBe(start + counter * 1000)
    }
    expect(keysFrom(log, 1)).toEqual(upTo(perSegment * 3 + 1))
    log.trim(start + 7 * 1000)
    expect([log.oldest, segmentsIn(shard).length]).toEqual([7, 3])
    log.close()
    expect(keysFrom(open(), 7)).toEqual(upTo(16).slice(6))
  })

  test('that are damaged fail those who read them, with the file and the byte, and nobody else', () => {
    fill(perSegment * 3)
    const [, damaged] = segmentsIn(shard) as [string, string]
    const bytes = readFileSync(damaged)
    bytes[bytes.length >> 1]! ^= 1
    writeFileSync(damaged, bytes)
    const log = open()
    expect(() => keysFrom(log, 1)).toThrow(
      expect.objectContaining({ code: 'LOCAL_STORE_CORRUPT', where: { file: damaged } }),
    )
    expect(() => keysFrom(log, 6)).toThrow('a block does not match its checksum, at byte')
    expect(keysFrom(log, perSegment * 2 + 1)).toEqual(upTo(15).slice(10))
  })

  test('that are longer or shorter than they were fail the start', () => {
    fill(perSegment * 2 + 1)
    const [first] = segmentsIn(shard) as [string]
    const bytes = readFileSync(first)
    truncateSync(first, bytes.length - 1)
    expect(open).toThrow(expect.objectContaining({ code: 'LOCAL_STORE_CORRUPT', where: { file: first } }))
    writeFileSync(first, Buffer.concat([bytes, Buffer.alloc(1)]))
    expect(open).toThrow('bytes instead of')
    writeFileSync(first, bytes)
    expect(keysFrom(open(), 1)).toEqual(upTo(11))
  })

  test('that are missing fail the start', () => {
    fill(perSegment * 3)
    rmSync(segmentsIn(shard)[1]!)
    expect(open).toThrow('the segment with record 6 is missing')
  })

  test('need no index: it is made again from what they hold', () => {
    fill(perSegment * 3 + 1)
    const written = readFileSync(index())
    rmSync(index())
    expect(keysFrom(open(), 1)).toEqual(upTo(16))
    expect(readFileSync(index())).toEqual(written)
  })

  test('are read as a whole where the index is damaged, however it is', () => {
    fill(perSegment * 2 + 1)
    const written = readFileSync(index())
    const damage = fc.record({
      cut: fc.nat(written.length),
      noise: fc.array(fc.tuple(fc.nat(written.length - 1), fc.nat(255)), { maxLength: 3 }),
      tail: fc.constantFrom('', '\n', 'x', '{"first":1}\n', `${'0'.repeat(8)} {}\n`),
    })
    fc.assert(
      fc.property(damage, ({ cut, noise, tail }) => {
        const bytes = Buffer.from(written)
        for (const [at, value] of noise) bytes[at] = value
        writeFileSync(index(), Buffer.concat([bytes.subarray(0, cut), Buffer.from(tail)]))
        const log = open()
        expect(keysFrom(log, 1)).toEqual(upTo(11))
        log.close()
        expect(readFileSync(index())).toEqual(written)
      }),
      { numRuns: 15, examples: [[{ cut: written.length, noise: [], tail: 'x' }]] },
    )
  })

  test('are forgotten by the index when they have expired', () => {
    fill(perSegment * 3 + 1)
    const log = open()
    log.trim(start + 12_000)
    log.close()
    open().close()
    expect(readFileSync(index(), 'utf8').trim().split('\n')).toHaveLength(1)
  })

  test('a segment that was sealed last and grows after a restart is not taken for the one before', () => {
    fill(perSegment)
    expect(readFileSync(index(), 'utf8')).toContain('"count":5')
    const log = open()
    const record = { partitionKey: '6', blob: Buffer.alloc(1), blobSize: 1, encrypted: false }
    log.stage(record, start + 6000, cborWire)
    writeFileSync(index(), '')
    log.commit()
    log.close()
    expect(keysFrom(open(), 1)).toEqual(upTo(6))
  })
})

test('a server tells who reads a damaged segment what is wrong', async () => {
  const server = () => startLocalKinesis({ data: root })
  const before = await server()
  await succeed(before.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
  const big = 'x'.repeat(900_000)
  for (let call = 0; call < 2; call++)
    await put(
      before.endpoint,
      'orders',
      [1, 2, 3, 4, 5].map((n) => n + big),
      () => 'k',
    )
  await put(before.endpoint, 'orders', ['last'])
  await before.close()
  const [file] = segmentsIn(join(root, 'stream-1', 'shard-0')) as [string]
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  const after = await server()
  const ShardIterator = await iteratorOf(after.endpoint, 'orders', 0)
  const error = await fail(after.endpoint, 'GetRecords', { ShardIterator })
  expect(error).toMatchObject({ status: 500, type: 'InternalFailureException' })
  expect(error.message).toContain(file)
  expect(error.message).toContain('LOCAL_STORE_CORRUPT')
  const latest = await iteratorOf(after.endpoint, 'orders', 0, { ShardIteratorType: 'LATEST' })
  await put(after.endpoint, 'orders', ['goes on'])
  expect(await succeed(after.endpoint, 'GetRecords', { ShardIterator: latest })).toMatchObject({
    Records: [{ Data: btoa('goes on') }],
  })
  await after.close()
})
