import { MillraceError } from '../../src/errors.ts'
import type { RecordId } from './kpl/record-id.ts'
import { OrdinalSet } from './ordinal-set.ts'

/** By producer and lane, the ordinals that were handed over, as {@link OrdinalSet} writes them. */
export type SeenRecordsJson = { readonly [producer: string]: { readonly [lane: string]: readonly number[] } }

/** Some megabytes of a checkpoint. In step with their producers, readers need an interval a lane. */
const mostIntervals = 2 ** 20

/** The ids of the records that a source has handed over. */
export class SeenRecords {
  readonly #producers = new Map<string, Map<number, OrdinalSet>>()
  readonly #most: number
  #intervals = 0
  /** Where the last record was. The next one mostly is there too. */
  #last: { readonly producer: string; readonly lane: number; readonly set: OrdinalSet } | undefined

  constructor(json: SeenRecordsJson = {}, most = mostIntervals) {
    this.#most = most
    for (const [producer, lanes] of Object.entries(json)) {
      const sets = new Map<number, OrdinalSet>()
      for (const [lane, steps] of Object.entries(lanes)) {
        const set = OrdinalSet.fromJson(steps)
        this.#intervals += set.intervals
        sets.set(Number(lane), set)
      }
      this.#producers.set(producer, sets)
    }
  }

  toJson(): SeenRecordsJson {
    return Object.fromEntries(
      [...this.#producers].map(([producer, lanes]) => [
        producer,
        Object.fromEntries([...lanes].map(([lane, set]) => [lane, set.toJson()])),
      ]),
    )
  }

  /**
   * Takes an id in; false if it was there.
   *
   * @throws MillraceError `REPEATS_UNBOUNDED` when there are too many gaps to be remembered.
   */
  add({ producer, lane, ordinal }: RecordId): boolean {
    const set = this.#setOf(producer, lane)
    const before = set.intervals
    const isNew = set.add(ordinal)
    this.#intervals += set.intervals - before
    if (this.#intervals > this.#most) throw tooMany(this.#most)
    return isNew
  }

  #setOf(producer: string, lane: number): OrdinalSet {
    const last = this.#last
    if (last?.producer === producer && last.lane === lane) return last.set
    const lanes = this.#producers.get(producer) ?? new Map<number, OrdinalSet>()
    const set = lanes.get(lane) ?? new OrdinalSet()
    lanes.set(lane, set)
    this.#producers.set(producer, lanes)
    this.#last = { producer, lane, set }
    return set
  }
}

function tooMany(most: number): MillraceError {
  return new MillraceError(
    'REPEATS_UNBOUNDED',
    `the ids of the records in the stream leave more than ${most} gaps, so repeats cannot be told any more`,
  )
}
