import type { Admitted } from '../../src/contract/source.ts'
import type { DecodedRecords } from './decoded-records.ts'
import type { SeenRecords } from './seen-records.ts'

/**
 * The records that were not handed over before; from now on they count as handed over. Those without an id stay.
 * `onDropped` is told how many were left out.
 */
export function withoutRepeats<T>(
  records: DecodedRecords<T>,
  seen: SeenRecords,
  onDropped: (repeats: number) => void,
): Admitted<T> {
  const { values, arrivalTimes, undecodable, ids, undecodableIds } = records
  const kept = newIndices(ids, seen, values.length)
  const refused = newIndices(undecodableIds, seen, undecodable.length)
  const dropped = records.size - kept.length - refused.length
  if (dropped === 0) return records
  onDropped(dropped)
  return {
    values: kept.map((index) => values[index]!),
    arrivalTimes: kept.map((index) => arrivalTimes[index]!),
    positionOf: (index) => records.positionOf(kept[index]!),
    undecodable: refused.map((index) => {
      const record = undecodable[index]!
      return { ...record, before: kept.filter((value) => value < record.before).length }
    }),
  }
}

function newIndices(ids: DecodedRecords<unknown>['ids'], seen: SeenRecords, count: number): number[] {
  const indices: number[] = []
  for (let index = 0; index < count; index++) {
    const id = ids[index]
    if (id === undefined || seen.add(id)) indices.push(index)
  }
  return indices
}
