import { describe, expect, test } from 'vitest'
import { BatchQueue } from '../../../../connectors/delivery/requests/batch-queue.ts'
import { recordBytes, recordsIn } from '../../../../connectors/delivery/requests/record-bytes.ts'
import type { Snapshot } from '../../../../src/contract/snapshot.ts'

const record = (n: number) =>
  recordBytes({ data: Buffer.from(`record ${n}`), timestamp: n, notes: n % 2 === 0 ? { n } : undefined })
const limits = { records: 10, bytes: 1000 }
const filled = (to: number, queue = new BatchQueue(limits)) => {
  for (let n = 0; n < to; n++) queue.add(record(n), 5)
  return queue
}
const stored = ({ schema, parts }: Snapshot): Snapshot => ({
  schema,
  parts: parts.map((part) => Uint8Array.from(part)),
})
const numbersIn = (pieces: readonly Uint8Array[]) => recordsIn(pieces).map(({ timestamp }) => timestamp)

describe('records', () => {
  test('come back from their bytes', () => {
    const notes = { index: 'a', list: [1, null] }
    const plain = { data: Buffer.from('«data»'), timestamp: 1.5, notes }
    const other = { data: Buffer.alloc(0), timestamp: Number.NEGATIVE_INFINITY, notes: undefined }
    const bytes = Buffer.concat([recordBytes(plain), recordBytes(other)])
    expect(recordsIn([bytes, recordBytes(plain)])).toEqual([plain, other, plain])
  })

  test.each([1, 15, 17, 30])('that are cut off after %i bytes are noticed', (length) => {
    const bytes = recordBytes({ data: Buffer.from('data'), timestamp: 1, notes: { index: 'a' } })
    expect(() => recordsIn([bytes.subarray(0, length)])).toThrow('CHECKPOINT_CORRUPT')
  })
})

describe('a queue of batches', () => {
  test('finishes a batch when a request can hold no more of them', () => {
    const queue = filled(25)
    expect(queue.waiting.map(({ number, first, records }) => [number, first, records])).toEqual([
      [0, 0, 10],
      [1, 10, 10],
    ])
    expect(queue.openedAt).toBe(5)
    queue.finish()
    expect(queue.openedAt).toBeUndefined()
    expect(queue.waiting.flatMap(({ pieces }) => numbersIn(pieces))).toEqual([...Array(25).keys()])
  })

  test('finishes one before it would be too heavy', () => {
    const queue = new BatchQueue({ records: 100, bytes: 100 })
    const big = (n: number) => recordBytes({ data: Buffer.alloc(40), timestamp: n, notes: undefined })
    const finished = [0, 1, 2].map((n) => queue.add(big(n), 0))
    expect(finished).toEqual([0, 56, 56])
    expect(queue.add(recordBytes({ data: Buffer.alloc(200), timestamp: 3, notes: undefined }), 0)).toBe(
      56 + 216,
    )
  })

  test('goes on from a checkpoint as if nothing had happened', () => {
    for (let cut = 0; cut <= 25; cut++) {
      const queue = new BatchQueue(limits, stored(filled(cut).snapshot()))
      for (let n = cut; n < 25; n++) queue.add(record(n), 7)
      queue.finish()
      const batches = queue.waiting.map(({ number, first, records, pieces }) => [
        number,
        first,
        records,
        numbersIn(pieces),
      ])
      const all = [...Array(25).keys()]
      expect(batches).toEqual([
        [0, 0, 10, all.slice(0, 10)],
        [1, 10, 10, all.slice(10, 20)],
        [2, 20, 5, all.slice(20)],
      ])
    }
  })

  test('writes only what is new', () => {
    const queue = filled(25)
    const before = queue.snapshot().parts
    expect(queue.snapshot().parts).toEqual(before)
    expect(queue.snapshot().parts.every((part, index) => part === before[index])).toBe(true)
    queue.add(record(25), 9)
    const after = queue.snapshot().parts
    expect(after.filter((part) => before.includes(part))).toHaveLength(3)
    expect(after).toHaveLength(5)
  })

  test('does not leave a part for each of many checkpoints', () => {
    const queue = new BatchQueue({ records: 10_000, bytes: 1e6 })
    for (let n = 0; n < 500; n++) {
      queue.add(record(n), 0)
      expect(queue.snapshot().parts.length).toBeLessThan(35)
    }
    queue.finish()
    expect(numbersIn(queue.waiting[0]!.pieces)).toEqual([...Array(500).keys()])
  })

  test('refuses the state of another kind of sink', () => {
    expect(() => new BatchQueue(limits, { schema: 9, parts: [] })).toThrow('CHECKPOINT_INCOMPATIBLE')
    expect(() => new BatchQueue(limits, { schema: 1, parts: [Buffer.from('x')] })).toThrow(
      'CHECKPOINT_CORRUPT',
    )
  })
})
