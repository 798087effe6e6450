import type { InputPositions, InputRange, InputRanges } from '../../../../src/contract/sink.ts'

/** A moment of a history: how far the input had been handed over then. */
export interface Cut {
  /** Of two cuts of a history the later one has the higher number. */
  readonly order: number
  /** A split that is not among them stood at its beginning. */
  readonly positions: InputPositions
  /** Where a file goes on that was published by an earlier run: it stays so until the next file has its first row. */
  readonly pinned?: true
}

/** Before the first one that is known: of files that were open when there was no ledger yet. */
export const unknownCut: Cut = { order: -1, positions: {} }

/** Where the records come from that may have made the rows of a file. */
export interface Origin {
  /** The file's first row comes from a record after it, or from what operators had kept. */
  readonly after: Cut
  /** Its last row does not come from a later record. */
  readonly through: Cut
  /**
   * The next file's rows come from records after this: before `through` if the file ended in the middle of a fetch, whose
   * records then may have made rows of both.
   */
  readonly settled: Cut
}

/** Of which nothing is known. */
export const unknownOrigin: Origin = { after: unknownCut, through: unknownCut, settled: unknownCut }

/** The records that were handed over between two cuts, in the order of names. Splits that did not move are left out. */
export function rangesBetween(after: InputPositions, through: InputPositions): InputRanges {
  const sources = sortedEntries(through).map(([source, splits]) => {
    const moved = sortedEntries(splits).flatMap(([split, to]): [string, InputRange][] => {
      const from = after[source]?.[split] ?? null
      return from === to ? [] : [[split, [from, to]]]
    })
    return [source, Object.fromEntries(moved)] as const
  })
  return Object.fromEntries(sources.filter(([, moved]) => Object.keys(moved).length > 0))
}

/** Later positions on top of earlier ones. */
export function onTop(earlier: InputPositions, later: InputPositions): InputPositions {
  const sources = Object.entries(later).map(([source, splits]) => {
    return [source, { ...earlier[source], ...splits }] as const
  })
  return { ...earlier, ...Object.fromEntries(sources) }
}

/**
 * The positions now. A split that was read to its end is among them as long as a file that is open, or the next entry of
 * the ledger, has records of it: as long as one of the cuts that are held has it elsewhere.
 */
export function frontier(
  known: InputPositions,
  now: InputPositions,
  held: readonly InputPositions[],
): InputPositions {
  const kept = Object.entries(known).map(([source, splits]) => {
    const isOpen = (split: string) => now[source]?.[split] !== undefined
    const isWanted = ([split, position]: [string, string]) =>
      isOpen(split) || held.some((cut) => cut[source]?.[split] !== position)
    return [source, Object.fromEntries(Object.entries(splits).filter(isWanted))] as const
  })
  return onTop(Object.fromEntries(kept), now)
}

function sortedEntries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
