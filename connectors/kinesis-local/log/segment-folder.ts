import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { recoverSegment } from './recover-segment.ts'
import type { ResidentSegments } from './resident-segments.ts'
import { Segment } from './segment.ts'
import { SegmentFile } from './segment-file.ts'
import { storeCorrupt } from './store-corrupt.ts'

/** The segment files of one shard, each named after the counter of its first record. */
export class SegmentFolder {
  readonly #path: string
  readonly #resident: ResidentSegments

  constructor(path: string, resident: ResidentSegments) {
    this.#path = path
    this.#resident = resident
    mkdirSync(path, { recursive: true })
  }

  /** The segment after another one, or the first. */
  create(first: number, after: Segment | undefined): Segment {
    const path = join(this.#path, `${String(first).padStart(16, '0')}.log`)
    return new Segment(first, { home: { file: new SegmentFile(path, 0), resident: this.#resident }, after })
  }

  /** All segments on disk, oldest first. All but the last one are sealed. */
  recover(): Segment[] {
    const names = readdirSync(this.#path).filter((name) => /^\d{16}\.log$/.test(name))
    const segments: Segment[] = []
    for (const [index, name] of names.sort().entries()) {
      const path = join(this.#path, name)
      const expected = segments.at(-1)?.end
      if (expected !== undefined && expected !== Number.parseInt(name, 10)) {
        throw storeCorrupt(path, 0, `the segment with record ${expected} is missing`)
      }
      segments.push(
        recoverSegment(path, Number.parseInt(name, 10), index === names.length - 1, this.#resident),
      )
    }
    return segments
  }
}
