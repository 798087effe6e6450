import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliverySink, jsonLines, parquet } from '../../../../connectors/delivery/index.ts'
import type { Batch, Rows } from '../../../../connectors/delivery/objects/format.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import { batchesOf, encoded } from './encode.ts'
import { contextOf, ManualClock } from './lake.ts'

const threads: Worker[] = []
const onWorker = (worker: Worker) => threads.push(worker)
beforeAll(() => void process.on('worker', onWorker))
afterAll(() => void process.off('worker', onWorker))

const format = parquet({ id: 'int32', text: 'string' })
const rows = Array.from({ length: 100 }, (_, id) => ({ id, text: `row ${id}` }))

async function drained(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

/** Rows whose thread dies while they are on their way. */
function* deadly(batches: Rows): Generator<Batch> {
  for (const batch of batches) {
    yield batch
    void threads.at(-1)?.terminate()
  }
}

test('all files are encoded on one thread, and those of several sinks at the same time', async () => {
  const alone = await encoded(format, rows)
  const lines = jsonLines<object>()
  const both = await Promise.all([encoded(format, rows, { every: 3 }), encoded(lines, rows, { every: 3 })])
  expect(both[0]!.equals(alone)).toBe(true)
  expect(both[1]!.toString()).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  expect(threads).toHaveLength(1)
})

test('rows that cannot be encoded fail their file, and no other', async () => {
  const [batch] = batchesOf(format, rows)
  const broken: Batch = { rows: 100, packed: batch!.packed.map((run) => run.slice(0, 8)) }
  const other = encoded(format, rows)
  await expect(drained(format.encode([broken]))).rejects.toThrow()
  expect((await other).equals(await encoded(format, rows))).toBe(true)
})

test('a file that nobody wants any more holds nothing up', async () => {
  const small = parquet({ id: 'int32', text: 'string' }, { rowGroup: { rows: 10 } })
  for await (const piece of small.encode(batchesOf(small, rows, 10))) {
    expect(piece.length).toBeGreaterThan(0)
    break
  }
  expect((await encoded(small, rows)).length).toBeGreaterThan(0)
})

test('when its thread dies a file fails, and the next one has another thread', async () => {
  const before = await encoded(format, rows)
  await expect(drained(format.encode(deadly(batchesOf(format, rows, 20))))).rejects.toThrow(
    'the thread that encodes files has ended',
  )
  const count = threads.length
  expect((await encoded(format, rows)).equals(before)).toBe(true)
  expect(threads).toHaveLength(count + 1)
})

test('the sink says which file it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-thread-'))
  try {
    await encoded(format, rows)
    const mortal: typeof format = { ...format, encode: (given, told) => format.encode(deadly(given), told) }
    const context = contextOf(new ManualClock())
    const writer = await deliverySink({ to: folderAt(folder), format: mortal }).open(context, undefined)
    writer.write(rows, [])
    await expect(writer.stage(true)).rejects.toThrow(
      /SINK_FAILED: cannot stage a file: Error: the thread that encodes files has ended \[file .*_staging\/lake-l1\/.*\.staged\]/,
    )
    await writer.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
