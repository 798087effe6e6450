import { describe, expect, test } from 'vitest'
import { parquet } from '../../../../connectors/delivery/index.ts'
import { joined } from '../../../../connectors/delivery/objects/columns/runs.ts'
import { OpenFile } from '../../../../connectors/delivery/objects/open-file.ts'
import {
  type OpenFiles,
  restoreTails,
  TailState,
} from '../../../../connectors/delivery/objects/tail-state.ts'

const format = parquet({ id: 'int32', text: 'string', at: 'int64' })
const row = (id: number) => ({ id, text: `row ${id}`, at: BigInt(id) << 40n })

function grow(files: OpenFiles, partition: string, count: number): void {
  const file = files.get(partition) ?? new OpenFile(partition, format)
  files.set(partition, file)
  for (let added = 0; added < count; added++) file.append(row(file.lastRow + 1), 7)
}

const contents = (files: OpenFiles) =>
  [...files.values()].map(({ partition, first, pieces, sizeBytes, openedAt }) => {
    const { packed } = joined(pieces.map((piece) => ({ packed: piece.packed, rows: 0 })))
    const runs = packed.map((run) => Buffer.from(run).toString('base64'))
    return { partition, first, runs, sizeBytes, openedAt }
  })

describe('the state of unfinished files', () => {
  test('is restored as it was, whatever was added and finished between checkpoints', () => {
    const files: OpenFiles = new Map()
    const state = new TailState(format)
    for (let step = 0; step < 60; step++) {
      grow(files, 'a=1', (step * 7) % 13)
      grow(files, 'a=2', step % 5)
      if (step % 9 === 8) files.get('a=1')?.finish()
      if (step === 30) files.get('a=2')?.finish()
      const snapshot = state.snapshot(files)
      expect(contents(restoreTails(format, snapshot).files)).toEqual(contents(files))
      expect(snapshot.parts.length).toBeLessThan(12)
    }
  })

  test('goes on after a restore with the chunks that were restored', () => {
    const files: OpenFiles = new Map()
    grow(files, '', 1000)
    const before = new TailState(format).snapshot(files)
    const restored = restoreTails(format, before)
    grow(restored.files, '', 10)
    const after = restored.state.snapshot(restored.files)
    expect(after.parts[1]).toBe(before.parts[1])
    expect(contents(restoreTails(format, after).files)).toEqual(contents(restored.files))
  })

  test('writes only what is new', () => {
    const files: OpenFiles = new Map()
    const state = new TailState(format)
    grow(files, '', 1000)
    const [, large] = state.snapshot(files).parts
    grow(files, '', 10)
    const { parts } = state.snapshot(files)
    expect(parts[1]).toBe(large)
    expect(parts[2]?.length).toBeLessThan(500)
    expect(state.snapshot(files).parts).toEqual(parts)
    expect(state.snapshot(files).parts.every((part, index) => part === parts[index])).toBe(true)
  })

  test('keeps the ordinal of a partition without open rows', () => {
    const files: OpenFiles = new Map()
    grow(files, 'a=1', 5)
    files.get('a=1')?.finish()
    const { parts, schema } = new TailState(format).snapshot(files)
    expect(parts).toHaveLength(1)
    expect(restoreTails(format, { parts, schema }).files.get('a=1')?.first).toBe(5)
  })

  test('is refused when a chunk is missing, when the columns differ or the version is unknown', () => {
    const files: OpenFiles = new Map()
    grow(files, '', 5)
    const snapshot = new TailState(format).snapshot(files)
    const [head = new Uint8Array()] = snapshot.parts
    expect(() => restoreTails(format, { schema: 1, parts: [head] })).toThrow('CHECKPOINT_CORRUPT')
    expect(() => restoreTails(parquet({ id: 'int32' }), snapshot)).toThrow('CHECKPOINT_INCOMPATIBLE')
    expect(() => restoreTails(format, { ...snapshot, schema: 2 })).toThrow('CHECKPOINT_INCOMPATIBLE')
  })
})
