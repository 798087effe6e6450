import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Place, segmentBytes, segmentOf } from '../../../src/state/disk/place.ts'
import { RecordLog } from '../../../src/state/disk/record-log.ts'
import { ByteWriter } from '../../../src/state/files/byte-writer.ts'

let folder = ''
let log: RecordLog
const opened = (memoryBytes: number) => {
  log = new RecordLog(folder, memoryBytes)
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-log-'))
})
afterEach(() => {
  log.close()
  rmSync(folder, { recursive: true })
})

/** A record of so many bytes that tells its number. */
function recordOf(number: number, sizeBytes: number): ByteWriter {
  const record = new ByteWriter(sizeBytes)
  record.uint32(number)
  record.bytes(new Uint8Array(sizeBytes - 4).fill(number))
  return record
}

/** Sizes from a few bytes to some that are longer than a segment, and than what is read of one at once. */
const sizeOf = (number: number) =>
  number % 150 === 1 ? 9_000_000 : number % 40 === 0 ? 1_500_000 : number % 7 === 0 ? 200_000 : 20 + number

const append = (number: number) => log.append(recordOf(number, sizeOf(number)))

function expectRecord(place: Place, number: number, sizeBytes = sizeOf(number)): void {
  const reader = log.read(place)
  expect(reader.uint32()).toBe(number)
  expect(reader.slice(sizeBytes - 4).every((byte) => byte === (number & 0xff))).toBe(true)
}

/** All memory that it may have, and hardly any. */
const memories = [2 ** 30, 1]

test.each(memories)('records come back as they were, with %i bytes of memory', (memoryBytes) => {
  opened(memoryBytes)
  const places = Array.from({ length: 300 }, (_, number) => append(number))
  expect(new Set(places.map(segmentOf)).size).toBeGreaterThan(5)
  for (const [number, place] of places.entries()) expectRecord(place, number)
  expect(readdirSync(folder)).toEqual([])
})

test.each(memories)('a record is written anew, whatever its size, with %i bytes of memory', (memoryBytes) => {
  opened(memoryBytes)
  const places = Array.from({ length: 300 }, (_, number) => append(number))
  const sizes = places.map((_, number) => sizeOf((number + 1) % 300))
  for (const [number, place] of places.entries())
    places[number] = log.rewrite(place, recordOf(number, sizes[number]!))
  for (const [number, place] of places.entries()) expectRecord(place, number, sizes[number])
})

test('a record in memory that hardly changes its size stays where it is', () => {
  opened(2 ** 30)
  const place = log.append(recordOf(1, 100))
  const { bytes } = log.size
  expect(log.rewrite(place, recordOf(2, 103))).toBe(place)
  expectRecord(place, 2, 103)
  expect(log.size.bytes).toBe(bytes)
  expect(log.rewrite(place, recordOf(3, 130))).not.toBe(place)
})

test('what is read of a file comes into memory, and is left alone there', () => {
  opened(1)
  const place = log.append(recordOf(7, 100))
  for (let number = 0; number < 100; number += 1) append(number)
  log.read(place)
  const kept = log.keepInMemory(place)
  expect(kept).not.toBe(place)
  expectRecord(kept, 7, 100)
  expect(log.keepInMemory(kept)).toBe(kept)
  expect(log.rewrite(kept, recordOf(8, 100))).toBe(kept)
})

test('what is written anew while its segment leaves memory is what comes back', () => {
  opened(1)
  const places: Place[] = []
  for (let number = 0; number < 250_000; number += 1) {
    places.push(log.append(recordOf(number, 100)))
    // Of the segment before, a little further on than it is written to its file.
    const earlier = number - 50_000
    if (earlier >= 0) places[earlier] = log.rewrite(places[earlier]!, recordOf(earlier + 1, 100))
  }
  for (const [number, place] of places.entries()) {
    const now = number < 200_000 ? number + 1 : number
    if (log.read(place).uint32() !== now) expectRecord(place, now, 100)
  }
})

test('what is not used any more takes no memory and no file', () => {
  opened(3 * segmentBytes)
  for (let round = 0; round < 20; round += 1) {
    const places = Array.from({ length: 300 }, (_, number) => append(number))
    for (const place of places) log.forget(place)
    expect(log.size.bytes).toBeLessThan(2 * segmentBytes)
  }
})

test.each(memories)('a segment is emptied record by record, with %i bytes of memory', (memoryBytes) => {
  opened(memoryBytes)
  const places = Array.from({ length: 300 }, (_, number) => append(number))
  const first = segmentOf(places[100]!)
  const [inFirst, gone] = [new Map<Place, number>(), new Set<Place>()]
  for (const [number, place] of places.entries()) {
    if (segmentOf(place) !== first) continue
    inFirst.set(place, number)
    // Most of its bytes.
    if (sizeOf(number) < 1_000) continue
    gone.add(place)
    log.forget(place)
  }
  const moved = new Map<number, Place>()
  for (const _ of log.empty((place, record, move) => {
    const number = record.uint32()
    expect(inFirst.get(place)).toBe(number)
    inFirst.delete(place)
    if (!gone.has(place)) moved.set(number, move())
  })) {
    // In pieces.
  }
  // It ends when the last of its records is gone, and others are not visited.
  expect([...inFirst.keys()].every((place) => gone.has(place))).toBe(true)
  expect(moved.size).toBeGreaterThan(10)
  for (const [number, place] of moved) {
    expect(segmentOf(place)).not.toBe(first)
    expectRecord(place, number)
  }
})

test('a segment whose last record is forgotten while it is emptied has no more of them', () => {
  opened(1)
  const places = Array.from({ length: 300_000 }, (_, number) => log.append(recordOf(number, 100)))
  const first = places.filter((place) => segmentOf(place) === segmentOf(places[100_000]!))
  const last = first.pop()!
  for (const place of first) log.forget(place)
  let count = 0
  for (const _ of log.empty(() => {
    if (count === 0) log.forget(last)
    count += 1
  })) {
    // In pieces.
  }
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThan(first.length)
})
