import { expect, it } from 'vitest'
import { type Broadcasting, BroadcastTable } from '../../../operators/joins/broadcast-table.ts'
import type { OperatorContext } from '../../../src/contract/operator.ts'

const broadcasting: Broadcasting = {
  keyOf: (update) => (update as { id: number }).id,
  valueIn: (update) => update,
  onRow: () => {},
}
const tableOf = () => new BroadcastTable('limits', broadcasting, {} as OperatorContext<unknown>)

it('a table is written into a checkpoint only if it has changed, over a restart too', () => {
  const table = tableOf()
  table.put(table.entryOf({ id: 1, limit: 10 }))
  const first = table.snapshot([])
  expect(table.snapshot([]).parts[0]).toBe(first.parts[0])
  const next = tableOf()
  next.restore(first)
  expect(next.snapshot([]).parts[0]).toBe(first.parts[0])
  next.put(next.entryOf({ id: 1, limit: 20 }))
  const changed = next.snapshot([])
  expect(changed.parts[0]).not.toBe(first.parts[0])
  expect(next.snapshot(['a row that waits']).parts[0]).not.toBe(changed.parts[0])
})
