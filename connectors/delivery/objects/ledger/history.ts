import type { InputPositions, InputRange, InputRanges } from '../../../../src/contract/sink.ts'
import type { LedgerObject } from './ledger-object.ts'
import { comparedPositions } from './position-order.ts'

/** The entries that lead to a checkpoint, the oldest first, and what is wrong with them. */
export interface History {
  readonly entries: readonly LedgerObject[]
  /** Entries that the checkpoint promises, and that are not published yet. */
  readonly pending: readonly string[]
  readonly faults: readonly string[]
}

/**
 * Follows the entries back from the last one of a checkpoint. Others are of runs that were started again from an older
 * checkpoint than theirs: their files stand, and are made again, but their ranges are not of this history.
 *
 * @param promised The entries before those that the checkpoint is to publish, by their names.
 */
export function historyOf(
  head: string | null,
  entries: ReadonlyMap<string, LedgerObject>,
  promised: ReadonlyMap<string, string | null>,
): History {
  const found: LedgerObject[] = []
  const pending: string[] = []
  for (let name = head; name !== null; ) {
    const entry = entries.get(name)
    if (entry === undefined && !promised.has(name)) {
      return { entries: found.reverse(), pending, faults: [`missing: the entry ${name} of the ledger`] }
    }
    if (entry === undefined) pending.push(name)
    else found.push(entry)
    name = entry === undefined ? promised.get(name)! : entry.head.follows
  }
  return { entries: found.reverse(), pending, faults: [] }
}

/** What the entries of a history have together, and where one does not begin where the one before it ends. */
export function joinedRanges(entries: readonly LedgerObject[]): {
  readonly ranges: InputRanges
  readonly faults: readonly string[]
} {
  const faults: string[] = []
  const joined = new Map<string, Map<string, InputRange>>()
  for (const [index, { head, after, through }] of entries.entries()) {
    for (const [source, splits] of Object.entries(through.positions)) {
      const known = joined.get(source) ?? new Map<string, InputRange>()
      joined.set(source, known)
      for (const [split, to] of Object.entries(splits)) {
        const from = after.positions[source]?.[split] ?? null
        const [begin, standing] = known.get(split) ?? [from, index === 0 ? from : null]
        if (from !== standing) faults.push(broken(`${source}/${split}`, standing, from, head.number))
        known.set(split, [begin, to])
      }
    }
  }
  const isRead = ([, [from, to]]: [string, InputRange]) => from !== to
  const ranges = [...joined].map(([source, splits]) => {
    return [
      source,
      Object.fromEntries([...splits].filter(isRead).sort(([a], [b]) => (a < b ? -1 : 1))),
    ] as const
  })
  return { ranges: Object.fromEntries(ranges), faults }
}

/** Where a checkpoint stands elsewhere than its own part of the ledger says. */
export function standingFaults(own: InputPositions, positions: InputPositions): readonly string[] {
  return Object.entries(positions).flatMap(([source, splits]) =>
    Object.entries(splits).flatMap(([split, position]) => {
      const standing = own[source]?.[split] ?? null
      return standing === position ? [] : [broken(`${source}/${split}`, standing, position)]
    }),
  )
}

function broken(split: string, standing: string | null, from: string | null, entry?: number): string {
  const [kind, [low, high]] =
    comparedPositions(from, standing) > 0 ? ['gap', [standing, from]] : ['overlap', [from, standing]]
  const where = entry === undefined ? 'the checkpoint' : `entry ${entry} of the ledger`
  const how = kind === 'gap' ? `are in no entry before ${where}` : `are in ${where} and in one before it`
  return `${kind}: the records of ${split} after ${low ?? 'its beginning'} through ${high} ${how}`
}
