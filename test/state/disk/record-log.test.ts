import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Place } from '../../../src/state/disk/place-table.ts'
import { RecordLog } from '../../../src/state/disk/record-log.ts'
import { ByteWriter } from '../../../src/state/files/byte-writer.ts'

let folder = ''
let log: RecordLog
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))
  log = new RecordLog(folder)
})
afterEach(() => {
  log.close()
  rmSync(folder, { recursive: true })
})

/** A record of so many bytes that tells its number. */
function append(number: number, sizeBytes: number): Place {
  const record = new ByteWriter(sizeBytes)
  record.uint32(number)
  record.bytes(new Uint8Array(sizeBytes - 4).fill(number))
  return log.append(record)
}

/** Sizes from a few bytes to some that are longer than what is read of a segment at once, and than what a place can say. */
const sizeOf = (number: number) => (number % 40 === 0 ? 1_500_000 : number % 7 === 0 ? 200_000 : 20 + number)

test('a segment is emptied record by record, however long they are', () => {
  const places = Array.from({ length: 600 }, (_, number) => append(number, sizeOf(number)))
  const first = places.filter(({ high }) => Math.floor(high / 2 ** 20) === 1)
  expect(first.length).toBeGreaterThan(40)
  // A third of it is of use at the most.
  for (const [number, place] of first.entries()) if (number % 40 === 0 || number % 7 === 0) log.forget(place)
  const found = [...log.worthEmptying()].map(({ high, low, record }) => {
    const number = record.readUInt32LE(0)
    expect(record.length).toBe(sizeOf(number))
    expect(record.subarray(4).every((byte) => byte === (number & 0xff))).toBe(true)
    return { high, low }
  })
  expect(found).toEqual(first)
})

test('a segment whose last record is forgotten while it is emptied has no more of them', () => {
  const places = Array.from({ length: 600 }, (_, number) => append(number, sizeOf(number)))
  const first = places.filter(({ high }) => Math.floor(high / 2 ** 20) === 1)
  const last = first.pop()!
  for (const place of first) log.forget(place)
  let count = 0
  for (const _ of log.worthEmptying()) {
    if (count === 0) log.forget(last)
    count += 1
  }
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThan(first.length)
})
