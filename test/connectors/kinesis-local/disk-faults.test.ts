import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test, vi } from 'vitest'
import { ResidentSegments } from '../../../connectors/kinesis-local/log/resident-segments.ts'
import { SegmentFolder } from '../../../connectors/kinesis-local/log/segment-folder.ts'
import { ShardLog } from '../../../connectors/kinesis-local/log/shard-log.ts'
import { jsonWire } from '../../../connectors/kinesis-local/protocol/json-wire.ts'
import { initialRanges } from '../../../connectors/kinesis-local/streams/hash-key.ts'
import { LocalStreams } from '../../../connectors/kinesis-local/streams/local-streams.ts'
import { completed } from '../../../connectors/kinesis-local/streams/stream-description.ts'
import { StreamFolders } from '../../../connectors/kinesis-local/streams/stream-folders.ts'
import { unlimited } from '../../../connectors/kinesis-local/streams/throughput.ts'

type Fault = 'open' | 'write' | 'write and truncate'

const disk = vi.hoisted(() => ({ fault: undefined as string | undefined }))

/** A disk that is full after half of what is written, or is gone altogether. */
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>()
  const full = () => Object.assign(new Error('no space left'), { code: 'ENOSPC' })
  return {
    ...fs,
    openSync(...args: Parameters<typeof fs.openSync>) {
      if (disk.fault === 'open') throw full()
      return fs.openSync(...args)
    },
    mkdirSync(path: string, options?: Parameters<typeof fs.mkdirSync>[1]) {
      if (disk.fault === 'shard folder' && path.includes('shard-1')) throw full()
      return fs.mkdirSync(path, options)
    },
    writeSync(descriptor: number, bytes: Buffer, from: number, size: number) {
      if (disk.fault === undefined) return fs.writeSync(descriptor, bytes, from, size)
      fs.writeSync(descriptor, bytes, from, size >> 1)
      throw full()
    },
    ftruncateSync(descriptor: number, size: number) {
      if (disk.fault === 'write and truncate') throw full()
      fs.ftruncateSync(descriptor, size)
    },
  }
})

const folder = mkdtempSync(join(tmpdir(), 'millrace-faults-'))
afterAll(() => rmSync(folder, { recursive: true }))

const step = fc.record({
  kilobytes: fc.integer({ min: 1, max: 1500 }),
  fault: fc.option(fc.constantFrom<Fault>('open', 'write', 'write and truncate'), {
    freq: 2,
    nil: undefined,
  }),
  restart: fc.boolean(),
})

test('whatever the disk refuses, a restart finds exactly what was acknowledged', () => {
  let runs = 0
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const shard = join(folder, String(runs++))
      const open = () => new ShardLog(0, new SegmentFolder(shard, new ResidentSegments(2)))
      const acknowledged: string[] = []
      let log = open()
      for (const [index, { kilobytes, fault, restart }] of steps.entries()) {
        const key = `record ${index}`
        const data = Buffer.alloc(kilobytes * 1024, index).toString('base64')
        disk.fault = fault
        try {
          expect(log.stage(1e12 + index, key, data, kilobytes * 1024, jsonWire)).toBe(true)
          log.commit()
          acknowledged.push(key)
        } catch (error) {
          expect(error).toMatchObject({ code: 'ENOSPC' })
        } finally {
          disk.fault = undefined
        }
        if (restart) {
          log.close()
          log = open()
        }
        expect(keysIn(log)).toEqual(acknowledged)
      }
      log.close()
      expect(keysIn(open())).toEqual(acknowledged)
      rmSync(shard, { recursive: true })
    }),
    { numRuns: 40 },
  )
})

test('a stream that could not be created whole is not there after a restart', () => {
  const data = join(folder, 'streams')
  const open = () =>
    new LocalStreams({
      region: 'us-east-1',
      throughput: () => unlimited,
      consumerDelayMs: 0,
      folders: new StreamFolders(data),
    })
  const described = (createdMs: number) =>
    completed({
      name: 'orders',
      createdMs,
      mode: 'PROVISIONED',
      retentionHours: 24,
      maxRecordSizeKiB: 1024,
      shards: initialRanges(2).map((range, index) => ({ index, createdMs, range })),
    })
  const streams = open()
  disk.fault = 'shard folder'
  expect(() => streams.create(described(1))).toThrow('no space left')
  disk.fault = undefined
  expect(open().names()).toEqual([])
  streams.create(described(2))
  expect(open().get('orders', 2)?.description.createdMs).toBe(2)
  expect(readdirSync(data)).toHaveLength(1)
})

function keysIn(log: ShardLog): string[] {
  return log.read(log.oldest, 1000, Number.POSITIVE_INFINITY).flatMap(({ segment, from, to }) =>
    Array.from({ length: to - from }, (_, index) => {
      const place = segment.placeOf(from + index)
      const { bytes } = segment
      return bytes.toString('utf8', place + 12, place + 12 + bytes.readUInt16LE(place + 4))
    }),
  )
}
