import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BlobWriter } from '../../../connectors/kinesis-local/log/new-record.ts'
import {
  recordHeaderSize,
  recordKeySize,
  recordSize,
} from '../../../connectors/kinesis-local/log/record-layout.ts'
import { ResidentSegments } from '../../../connectors/kinesis-local/log/resident-segments.ts'
import { SegmentFolder } from '../../../connectors/kinesis-local/log/segment-folder.ts'
import { ShardLog, type Slice } from '../../../connectors/kinesis-local/log/shard-log.ts'

const asIs: BlobWriter = {
  writeBlob: (blob, size, target, at) => target.write(blob as string, at) === size,
}

function stage(log: ShardLog, ms: number, key: string, text: string): void {
  const record = { partitionKey: key, blob: text, blobSize: Buffer.byteLength(text), encrypted: false }
  if (!log.stage(record, ms, asIs)) throw new Error('refused')
}

function contents(slices: readonly Slice[]): string[] {
  return slices.flatMap(({ segment, from, to }) =>
    Array.from({ length: to - from }, (_, offset) => {
      const place = segment.placeOf(from + offset)
      const key = place + recordHeaderSize
      const data = key + recordKeySize(segment.bytes, place)
      const end = key + recordSize(segment.bytes, place)
      return `${segment.bytes.toString('utf8', key, data)}=${segment.bytes.toString('utf8', data, end)}`
    }),
  )
}

describe('the log of a shard', () => {
  test('gives back what was committed, from any record on, and nothing that was rolled back', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    const batch = fc.record({ keep: fc.boolean(), records: fc.array(fc.tuple(text, text), { minLength: 1 }) })
    fc.assert(
      fc.property(fc.array(batch), fc.nat(50), fc.integer({ min: 1, max: 50 }), (batches, from, limit) => {
        const log = new ShardLog(0)
        const kept: string[] = []
        for (const { keep, records } of batches) {
          for (const [key, data] of records) stage(log, 5, key, data)
          if (keep) log.commit()
          else log.rollback()
          if (keep) kept.push(...records.map(([key, data]) => `${key}=${data}`))
        }
        expect(log.next).toBe(kept.length + 1)
        const read = contents(log.read(from + 1, limit, Number.POSITIVE_INFINITY))
        expect(read).toEqual(kept.slice(from, from + limit))
      }),
    )
  })

  test('stops before the byte limit, but gives one record at least', () => {
    const log = new ShardLog(0)
    for (const text of ['1234567', '12', '123', '1234']) stage(log, 5, 'k', text)
    log.commit()
    expect(contents(log.read(1, 10, 5))).toEqual(['k=1234567'])
    expect(contents(log.read(2, 10, 7))).toEqual(['k=12', 'k=123'])
    expect(contents(log.read(2, 10, 6))).toEqual(['k=12'])
  })

  test('reads sealed segments back from disk when they are no longer in memory', () => {
    const path = mkdtempSync(join(tmpdir(), 'millrace-log-'))
    try {
      const log = new ShardLog(0, new SegmentFolder(path, new ResidentSegments(2)))
      const data = 'x'.repeat(1_000_000)
      for (let record = 0; record < 40; record++) {
        stage(log, 1e12 + record, `key-${record}`, data)
        log.commit()
      }
      for (const counter of [1, 17, 33, 5, 40, 9]) {
        expect(contents(log.read(counter, 1, 1))).toEqual([`key-${counter - 1}=${data}`])
        expect(log.arrivalMsAt(counter)).toBe(1e12 + counter - 1)
        expect(log.firstAtOrAfter(1e12 + counter - 1)).toBe(counter)
      }
      expect(readdirSync(path).filter((name) => name.endsWith('.log'))).toHaveLength(8)
      log.close()
    } finally {
      rmSync(path, { recursive: true })
    }
  })

  test('needs little more memory than the bytes of its records', () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc')
    collectGarbage()
    const before = process.memoryUsage()
    const log = new ShardLog(0)
    const records = 300_000
    const data = 'x'.repeat(100)
    for (let record = 0; record < records; record++) {
      stage(log, 1e12 + record, `customer-${record % 1000}`, data)
      if (record % 500 === 499) log.commit()
    }
    log.commit()
    collectGarbage()
    const after = process.memoryUsage()
    expect(log.next).toBe(records + 1)
    expect((after.arrayBuffers - before.arrayBuffers) / records).toBeLessThan(140)
  })
})
