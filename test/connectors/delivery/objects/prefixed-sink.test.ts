import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { deliverySink, parquet } from '../../../../connectors/delivery/index.ts'
import { folder as folderAt } from '../../../../connectors/files/index.ts'
import type { Staged } from '../../../../src/contract/sink.ts'
import { contextOf, idsIn, ManualClock, parquetIn, permit, storedStaged } from './lake.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-prefix-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
let folders = 0

const hour = 3_600_000
const prefix = 'orders/!{timestamp:yyyy/MM/dd/HH}/!{firehose:random-string}/'

function sinkIn(folder: string, extension = '.parquet') {
  return deliverySink({
    to: folderAt(folder),
    format: parquet({ id: 'int32' }),
    prefix,
    extension,
    roll: { size: '100B' },
  })
}

describe('a sink with a prefix', () => {
  it('puts each row of a batch where its own time says', async () => {
    const folder = join(scratch, `${++folders}`)
    const writer = await sinkIn(folder).open(contextOf(new ManualClock()), undefined)
    writer.write([{ id: 1 }, { id: 2 }, { id: 3 }], [0, hour, 0])
    await writer.commit((await writer.stage(true)).committables, permit)
    expect(parquetIn(folder).map((name) => name.replace(/\/\w{11}\//, '/*/'))).toEqual([
      'orders/1970/01/01/00/*/lake-l1-000000000000-000000000001.parquet',
      'orders/1970/01/01/01/*/lake-l1-000000000000-000000000000.parquet',
    ])
    await writer.close()
  })

  it('finds its own files again when it starts from an older checkpoint, also under another extension', async () => {
    const folder = join(scratch, `${++folders}`)
    const rows = Array.from({ length: 400 }, (_, id) => ({ id }))
    const times = rows.map(({ id }) => (id % 2) * hour)
    let older: Staged | undefined
    const writer = await sinkIn(folder).open(contextOf(new ManualClock()), undefined)
    for (const part of [0, 1]) {
      writer.write(rows.slice(part * 200, part * 200 + 200), times.slice(0, 200))
      const staged = storedStaged(await writer.stage(false))
      older ??= staged
      await writer.commit(staged.committables, permit)
    }
    await writer.close()
    const next = await sinkIn(folder, 'pq').open(contextOf(new ManualClock()), older?.state)
    await next.commit(older?.committables ?? [], permit)
    next.write(rows.slice(200), times.slice(200))
    await next.commit((await next.stage(true)).committables, permit)
    await next.close()
    const old = await idsIn(folder)
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.pq'),
    )
    expect(new Set(old).size).toBe(old.length)
    // What was not published then ends a file of the new name.
    expect(names.length).toBeLessThanOrEqual(2)
    expect(old.length).toBeGreaterThan(350)
  })

  it('refuses an extension that cannot be', () => {
    expect(() => sinkIn(scratch, 'a/b')).toThrow('OPTION_INVALID: extension "a/b"')
  })

  it('tells the prefix in its description', () => {
    expect(sinkIn('lake').description.detail).toBe(`parquet in lake/${prefix}`)
  })
})
