import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import type { CommitPermit } from '../../src/contract/sink.ts'
import { sinkContext } from '../contract/sink-context.ts'
import { deliveredColumns, deliveredRows } from './delivery-rows.ts'
import { MemoryWatch } from './memory-watch.ts'

// A process of its own, so that its memory is that of the sink: a thousand partitions are open, and none is finished.
const rows = 1_000_000
const partitions = 1000
const records = deliveredRows(10_000)
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
const before = process.memoryUsage.rss() / 2 ** 20
const watch = new MemoryWatch()
let row = 0
const sink = deliverySink({
  to: folderAt(folder),
  format: parquet(deliveredColumns),
  partitionBy: () => ({ p: String(row++ % partitions) }),
})
const writer = await sink.open(sinkContext(), undefined)
for (let at = 0; at < rows; at += 1000) {
  const from = at % records.length
  writer.write(records.slice(from, from + 1000), [])
  await letOthersRun()
}
const open = watch.mostRssMiB
const { committables } = await writer.stage(true)
await writer.commit(committables, { epoch: 1, generation: 1 } as CommitPermit)
await writer.close()
const { mostRssMiB } = watch.end()
console.log(
  `  ${partitions} open partitions of ${rows / partitions} rows (51 MiB): ${(open - before).toFixed(0)} MiB above the start; ` +
    `${(mostRssMiB - before).toFixed(0)} MiB while they are encoded`,
)
rmSync(folder, { recursive: true })
