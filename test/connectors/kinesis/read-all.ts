import type { SplitEnumerator, SplitReader } from '../../../src/contract/source.ts'
import type { ManualClock } from './manual-clock.ts'

/** What was read of each shard, in the order in which it was read. */
export interface ReadRecord {
  readonly shard: string
  readonly value: string
  readonly position: string
}

/** Reads as the engine does, until every readable shard has been caught up with. */
export async function readAll(
  enumerator: SplitEnumerator<string>,
  clock: ManualClock,
  positions = new Map<string, string>(),
): Promise<ReadRecord[]> {
  const read: ReadRecord[] = []
  for (;;) {
    await clock.until(enumerator.discover())
    const splits = enumerator.takeReadable()
    if (splits.length === 0) return read
    for (const split of splits) {
      const after = positions.get(split.id)
      const reader = enumerator.read(split, after === undefined ? undefined : { after })
      const finished = await readShard(reader, clock, (value, position) => {
        positions.set(split.id, position)
        read.push({ shard: split.id, value, position })
      })
      if (finished) enumerator.finished(split.id)
    }
  }
}

async function readShard(
  reader: SplitReader<string>,
  clock: ManualClock,
  onRecord: (value: string, position: string) => void,
): Promise<boolean> {
  for (;;) {
    const fetched = await clock.until(reader.fetch())
    fetched.values.forEach((value, i) => {
      onRecord(value, fetched.positionOf(i))
    })
    if (fetched.finished || fetched.behindMs === 0) return fetched.finished
  }
}
