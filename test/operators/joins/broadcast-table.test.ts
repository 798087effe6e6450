import { expect, it } from 'vitest'
import { type Broadcasting, BroadcastTable } from '../../../operators/joins/broadcast-table.ts'
import type { OperatorContext } from '../../../src/contract/operator.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { encodeCbor } from '../../../src/state/cbor.ts'
import { snapshotEntries } from '../../../src/state/snapshot-entries.ts'
import { keptFile, settledSnapshot } from '../../state/settled-snapshot.ts'

const broadcasting: Broadcasting = {
  keyOf: (update) => (update as { id: number }).id,
  valueIn: (update) => (update as { limit?: number }).limit,
  onRow: () => {},
}
const context = {
  signal: new AbortController().signal,
  resume: (act: () => void) => act(),
} as OperatorContext<unknown>
const tableOf = () => new BroadcastTable('limits', broadcasting, context)

async function restored(snapshot: Snapshot): Promise<{ table: BroadcastTable; waiting: unknown }> {
  const table = tableOf()
  const waiting = table.restore(snapshot)
  await table.open()
  return { table, waiting }
}

it('a checkpoint writes what has changed in a table since the one before, over a restart too', async () => {
  const table = tableOf()
  for (let id = 0; id < 20_000; id += 1) table.put(table.entryOf({ id, limit: id }))
  const first = await settledSnapshot(table.snapshot(['a row that waits']))
  const next = await restored(first)
  expect(next.waiting).toEqual(['a row that waits'])
  expect(next.table.entries.size).toBe(20_000)
  next.table.put(next.table.entryOf({ id: 7, limit: -7 }))
  next.table.put(next.table.entryOf({ id: 8 }))
  const second = next.table.snapshot([])
  let writtenBytes = 0
  const layers = await second.changes.written(async (content) => {
    writtenBytes += content.length
    return keptFile(content)
  })
  second.changes.published()
  expect(writtenBytes).toBeLessThan(200)
  const last = await restored({ ...second, layers })
  expect(last.table.entries.size).toBe(19_999)
  expect([7, 8, 9].map((id) => last.table.entries.get(id))).toEqual([-7, undefined, 9])
})

it('what waits beside a table is written only if it has changed', async () => {
  const table = tableOf()
  const first = table.snapshot([1]).parts[0]
  expect(table.snapshot([1]).parts[0]).toBe(first)
  expect(table.snapshot([2]).parts[0]).not.toBe(first)
})

it('a table that was kept as a whole, as version 0.1 at first did, is there, and is looked at and migrated like any other', async () => {
  const whole: Snapshot = { schema: 1, parts: [encodeCbor(['limits', [[1, 10]], null])] }
  const asIt = await restored(whole)
  expect([...asIt.table.entries]).toEqual([[1, 10]])
  const now = await settledSnapshot(asIt.table.snapshot(null))
  for (const snapshot of [whole, now]) {
    const entries = []
    for await (const entry of snapshotEntries(snapshot)) entries.push(entry)
    expect(entries).toEqual([{ namespace: -1, key: 1, value: 10 }])
    const migrate = (value: unknown) => (value as number) + 1
    const migrated = await restored({ ...snapshot, migrate })
    expect([...migrated.table.entries]).toEqual([[1, 11]])
    const again = await restored(await settledSnapshot(migrated.table.snapshot(null)))
    expect([...again.table.entries]).toEqual([[1, 11]])
  }
})

it('a table of a layout that is not known is refused', () => {
  const later: Snapshot = { schema: 3, parts: [encodeCbor(['limits', null, null])] }
  expect(() => tableOf().restore(later)).toThrow('a table of layout 3 cannot be read')
})
