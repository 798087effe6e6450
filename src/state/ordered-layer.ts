import type { WriteFile } from '../contract/snapshot.ts'
import { EntryScan } from './files/entry-scan.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import { keyGroupOf } from './key-group.ts'
import { KeyGroupOrder } from './key-group-order.ts'
import type { Layer } from './layer.ts'
import { writtenLayer } from './layer-writer.ts'
import type { EntryPieces } from './packed-entries.ts'
import type { Slices } from './slices.ts'

/** What it costs to find the group of a key, and to copy an entry, as {@link Slices} counts. */
const hashUnits = 64
const copyUnits = 16

/** A layer of what a cut has to say, by key group; `undefined` if that is nothing, and nothing is dropped. */
export async function orderedLayer(
  { pieces, entries }: EntryPieces,
  header: StateFileHeader,
  write: WriteFile,
  slices: Slices,
): Promise<Layer | undefined> {
  const scans = pieces.map((piece) => {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    return new EntryScan(bytes, 0, bytes.length)
  })
  const order = new KeyGroupOrder(entries)
  const pieceOf = new Uint32Array(entries)
  const from = new Uint32Array(entries)
  const namespaces = new Float64Array(entries)
  let place = 0
  for (const [number, scan] of scans.entries()) {
    while (scan.next()) {
      order.add(keyGroupOf(scan.key))
      pieceOf[place] = number
      from[place] = scan.from
      namespaces[place] = scan.namespace
      place += 1
      const pause = slices.worked(hashUnits)
      if (pause !== undefined) await pause
    }
  }
  const places = await order.places(slices)
  return writtenLayer(header, write, async (layer) => {
    for (const place of places) {
      const scan = scans[pieceOf[place]!]!
      scan.goTo(from[place]!, namespaces[place]!)
      layer.copy(order.groupOf(place), scan)
      const pause = layer.full() ?? slices.worked(copyUnits + ((scan.until - scan.from) >> 4))
      if (pause !== undefined) await pause
    }
  })
}
