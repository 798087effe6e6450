import { readFileSync, truncateSync } from 'node:fs'
import { blockHeaderSize, inspectBlock, segmentMagic } from './block-layout.ts'
import { recordArrivalMs, recordHeaderSize, recordSize } from './record-layout.ts'
import type { ResidentSegments } from './resident-segments.ts'
import { Segment } from './segment.ts'
import { SegmentFile } from './segment-file.ts'
import { storeCorrupt } from './store-corrupt.ts'

/**
 * Reads a segment back and checks every byte of it. A torn block at the end of the last segment belongs to a put that
 * was never acknowledged: it is cut off, on disk as well. Anything else that is wrong is corruption.
 */
export function recoverSegment(
  path: string,
  first: number,
  last: boolean,
  resident: ResidentSegments,
): Segment {
  const bytes = readFileSync(path)
  const end = soundEnd(path, bytes, last)
  if (end < bytes.length) truncateSync(path, end)
  const home = { file: new SegmentFile(path, end), resident }
  const segment = new Segment(first, end === 0 ? { home } : { home, written: bytes.subarray(0, end) })
  recallRecords(segment, path, bytes.subarray(0, end))
  if (!last) segment.seal()
  return segment
}

function soundEnd(path: string, bytes: Buffer, last: boolean): number {
  const magic = bytes.subarray(0, segmentMagic.length)
  if (!magic.equals(segmentMagic.subarray(0, magic.length))) throw storeCorrupt(path, 0, 'this is no segment')
  if (magic.length < segmentMagic.length) {
    if (last) return 0
    throw storeCorrupt(path, 0, 'the segment is cut off')
  }
  let at = segmentMagic.length
  while (at < bytes.length) {
    const block = inspectBlock(bytes, at)
    if (block.kind === 'corrupt') throw storeCorrupt(path, at, 'a block does not match its checksum')
    if (block.kind === 'torn') {
      if (last) return at
      throw storeCorrupt(path, at, 'a block is cut off')
    }
    at = block.end
  }
  return at
}

function recallRecords(segment: Segment, path: string, bytes: Buffer): void {
  for (let block = segmentMagic.length; block < bytes.length; ) {
    const end = block + blockHeaderSize + bytes.readUInt32LE(block)
    let at = block + blockHeaderSize
    while (at + recordHeaderSize <= end) {
      segment.recall(at, recordArrivalMs(bytes, at))
      at += recordHeaderSize + recordSize(bytes, at)
    }
    if (at !== end) throw storeCorrupt(path, block, 'the records do not fill their block')
    block = end
  }
  if (bytes.length > 0) segment.keep()
}
