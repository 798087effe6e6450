import { EntryScan } from '../../../src/state/files/entry-scan.ts'
import type { StateEntry } from '../../../src/state/files/state-entry.ts'
import type { StateFileHeader } from '../../../src/state/files/state-file-format.ts'
import { StateFileWriter } from '../../../src/state/files/state-file-writer.ts'
import { PackedEntries } from '../../../src/state/packed-entries.ts'

/** A state file that says this, in ascending order of key groups. */
export function stateFileOf(
  header: StateFileHeader,
  all: readonly (readonly [group: number, entry: StateEntry])[],
): Uint8Array {
  const packed = new PackedEntries()
  for (const [, entry] of all) packed.add(entry)
  const writer = new StateFileWriter(header)
  let place = 0
  for (const piece of packed.take().pieces) {
    const scan = new EntryScan(Buffer.from(piece.buffer, piece.byteOffset, piece.length), 0, piece.length)
    while (scan.next()) writer.copy(all[place++]![0], scan)
  }
  return writer.end()
}
