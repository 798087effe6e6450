import { blockHeaderSize, inspectBlock, segmentMagic } from './block-layout.ts'
import { recordHeaderSize, recordSize } from './record-layout.ts'
import { storeCorrupt } from './store-corrupt.ts'

/**
 * Checks every byte of a segment file, and tells where its sound part ends: before its end only if `mayBeTorn`. A torn
 * block belongs to a put that was never acknowledged. Anything else that is wrong is corruption.
 *
 * @throws MillraceError LOCAL_STORE_CORRUPT
 */
export function soundEnd(path: string, bytes: Buffer, mayBeTorn: boolean): number {
  const magic = bytes.subarray(0, segmentMagic.length)
  if (!magic.equals(segmentMagic.subarray(0, magic.length))) throw storeCorrupt(path, 0, 'this is no segment')
  if (magic.length < segmentMagic.length) {
    if (mayBeTorn) return 0
    throw storeCorrupt(path, 0, 'the segment is cut off')
  }
  let at = segmentMagic.length
  while (at < bytes.length) {
    const block = inspectBlock(bytes, at)
    if (block.kind === 'corrupt') throw storeCorrupt(path, at, 'a block does not match its checksum')
    if (block.kind === 'torn') {
      if (mayBeTorn) return at
      throw storeCorrupt(path, at, 'a block is cut off')
    }
    at = block.end
  }
  return at
}

/** Calls `found` with the place of every record of a segment that is sound. */
export function findRecords(path: string, bytes: Buffer, found: (place: number) => void): void {
  for (let block = segmentMagic.length; block < bytes.length; ) {
    const end = block + blockHeaderSize + bytes.readUInt32LE(block)
    let at = block + blockHeaderSize
    while (at + recordHeaderSize <= end) {
      found(at)
      at += recordHeaderSize + recordSize(bytes, at)
    }
    if (at !== end) throw storeCorrupt(path, block, 'the records do not fill their block')
    block = end
  }
}

/**
 * The places of the records of a sealed segment, of which there must be so many.
 *
 * @throws MillraceError LOCAL_STORE_CORRUPT
 */
export function sealedPlaces(path: string, bytes: Buffer, count: number): Uint32Array {
  soundEnd(path, bytes, false)
  const places = new Uint32Array(count)
  let found = 0
  findRecords(path, bytes, (place) => {
    places[found++] = place
  })
  if (found === count) return places
  throw storeCorrupt(path, 0, `the segment has ${found} records instead of ${count}`)
}
