import type { InputPositions } from '../../../../src/contract/sink.ts'
import type { Cut } from './cut.ts'

/*
 * Cuts in a checkpoint: most splits stand in one cut where they stood in the one before, or a little after that.
 *
 *   [[[source, split], …], [cut, …]]
 *   cut   [split, kept, rest, …]      the splits that stand elsewhere than in the cut before, by their place in the list
 *
 * A position is the first `kept` characters of the one in the cut before, and `rest`. A `kept` of -1 says that the split is
 * not in the cut.
 */
export type CutTable = readonly [splits: readonly (readonly [string, string])[], cuts: readonly CutRow[]]
type CutRow = readonly (number | string)[]

/** Cuts in the order of their history. */
export function encodedCuts(cuts: readonly Cut[]): CutTable {
  const places = new Map<string, number>()
  const splits: [string, string][] = []
  const placeOf = (source: string, split: string) => {
    const key = `${source}/${split}`
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, splits.length)
    return splits.push([source, split]) - 1
  }
  const standing: string[] = []
  const rows = cuts.map(({ positions }) => {
    const row: (number | string)[] = []
    const seen = new Set<number>()
    for (const [source, ofSource] of Object.entries(positions)) {
      for (const [split, position] of Object.entries(ofSource)) {
        const place = placeOf(source, split)
        seen.add(place)
        if (standing[place] === position) continue
        const kept = sameStart(standing[place] ?? '', position)
        row.push(place, kept, position.slice(kept))
        standing[place] = position
      }
    }
    for (const place of standing.keys()) {
      if (seen.has(place) || standing[place] === undefined) continue
      row.push(place, -1, '')
      delete standing[place]
    }
    return row
  })
  return [splits, rows]
}

export function decodedCuts([splits, rows]: CutTable): Cut[] {
  let standing: InputPositions = {}
  return rows.map((row, order) => {
    const changed: Record<string, Record<string, string>> = {}
    for (const [source, ofSource] of Object.entries(standing)) changed[source] = { ...ofSource }
    for (let at = 0; at < row.length; at += 3) {
      const [place, kept, rest] = row.slice(at, at + 3) as [number, number, string]
      const [source, split] = splits[place]!
      const ofSource = changed[source] ?? {}
      changed[source] = ofSource
      if (kept < 0) delete ofSource[split]
      else ofSource[split] = (ofSource[split] ?? '').slice(0, kept) + rest
    }
    standing = changed
    return { order, positions: changed }
  })
}

function sameStart(one: string, other: string): number {
  const end = Math.min(one.length, other.length)
  let length = 0
  while (length < end && one.charCodeAt(length) === other.charCodeAt(length)) length++
  return length
}
