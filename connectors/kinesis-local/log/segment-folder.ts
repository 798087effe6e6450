import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { dormantSegment, recoverSegment } from './recover-segment.ts'
import type { ResidentSegments } from './resident-segments.ts'
import { type SealedFacts, SealedIndex } from './sealed-index.ts'
import { Segment } from './segment.ts'
import { SegmentFile } from './segment-file.ts'
import { storeCorrupt } from './store-corrupt.ts'

/** The segment files of one shard, each named after the counter of its first record. */
export class SegmentFolder {
  readonly #path: string
  readonly #resident: ResidentSegments
  readonly #index: SealedIndex

  constructor(path: string, resident: ResidentSegments) {
    this.#path = path
    this.#resident = resident
    this.#index = new SealedIndex(join(path, 'sealed.index'))
    mkdirSync(path, { recursive: true })
  }

  /** The segment after another one, or the first. */
  create(first: number, after: Segment | undefined): Segment {
    const path = join(this.#path, `${String(first).padStart(16, '0')}.log`)
    return new Segment(first, { home: { file: new SegmentFile(path, 0), resident: this.#resident }, after })
  }

  /** Takes note of a segment that was sealed. Its records are acknowledged already, so this must not fail. */
  noteSealed(segment: Segment): void {
    try {
      this.#index.append(segment.facts)
    } catch {
      // The next start reads the segment itself.
    }
  }

  /** All segments on disk, oldest first. All but the last one are sealed. */
  recover(): Segment[] {
    const names = readdirSync(this.#path).filter((name) => /^\d{16}\.log$/.test(name))
    const known = this.#index.read()
    const segments: Segment[] = []
    for (const [index, name] of names.sort().entries()) {
      const path = join(this.#path, name)
      const first = Number.parseInt(name, 10)
      const expected = segments.at(-1)?.end
      if (expected !== undefined && expected !== first) {
        throw storeCorrupt(path, 0, `the segment with record ${expected} is missing`)
      }
      segments.push(this.#recover(path, first, index === names.length - 1, known))
    }
    this.#index.become(segments.slice(0, -1).map(({ facts }) => facts))
    return segments
  }

  #recover(path: string, first: number, last: boolean, known: ReadonlyMap<number, SealedFacts>): Segment {
    const sealed = known.get(first)
    if (last || sealed === undefined) return recoverSegment(path, first, last, this.#resident)
    return dormantSegment(path, sealed, this.#resident)
  }
}
