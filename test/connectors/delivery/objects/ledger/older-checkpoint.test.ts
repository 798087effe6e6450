import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Encoder } from 'cbor-x'
import { afterAll, expect, it } from 'vitest'
import type { InputPositions } from '../../../../../src/contract/sink.ts'
import type { Snapshot } from '../../../../../src/contract/snapshot.ts'
import { contextOf, delays, lakeSink, ManualClock, permit, storedStaged } from '../lake.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-older-'))
afterAll(() => rmSync(folder, { recursive: true }))
const cbor = new Encoder({ useRecords: false, tagUint8Array: false })

/** The state as it was written before there were ledgers. */
function withoutLedger({ schema, parts: [head, ...rows] }: Snapshot): Snapshot {
  const [layout, entries] = cbor.decode(head!) as [string, unknown[][]]
  return { schema, parts: [cbor.encode([layout, entries.map((entry) => entry.slice(0, 5))]), ...rows] }
}

it('a checkpoint from before there was a ledger goes on, and its files are told as older', async () => {
  const clock = new ManualClock()
  let through: InputPositions = { rows: { a: '299' } }
  const context = contextOf(clock, { input: () => ({ through, settled: through }) })
  const first = await lakeSink(folder).open(context, undefined)
  first.write(delays(300), [])
  const before = storedStaged(await first.stage(false, 1))
  const files = before.committables.filter(({ ledger }) => ledger === undefined)
  await first.commit(files, permit)
  await first.close()

  const old = withoutLedger(before.state)
  const audit = (state: Snapshot, committables = files) =>
    lakeSink(folder).audit!({ ...context, state, committables, positions: through, content: true })
  const untold = await audit(old)
  expect([untold.faults, untold.entries, untold.older.length]).toEqual([[], 0, files.length])

  const second = await lakeSink(folder).open(context, old)
  second.write(delays(300, 300), [])
  through = { rows: { a: '599' } }
  const after = storedStaged(await second.stage(true, 2))
  await second.commit(after.committables, permit)
  await second.close()
  const { faults, entries, older, ranges, files: listed } = await audit(after.state, [...after.committables])
  expect([faults, entries, older.length]).toEqual([[], 1, files.length])
  expect(ranges).toEqual({ rows: { a: ['299', '599'] } })
  // Of a file that was open nobody knows where it begins; of those after it everybody does.
  const known = listed.map((file) => file.ranges)
  expect(known).toContain(undefined)
  expect(known).toContainEqual({ rows: { a: ['299', '599'] } })
})
