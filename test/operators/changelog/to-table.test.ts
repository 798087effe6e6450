import fc from 'fast-check'
import type { Stream } from 'millrace'
import { asRetractions, asUpserts, keyBy, toTable } from 'millrace/operators'
import { expect, it } from 'vitest'
import { manners, rowsOf } from '../anyhow.ts'
import { tableOf } from './table-of.ts'

interface Profile {
  readonly id: number
  readonly time: number
  readonly version: number
  readonly closed: boolean
}

const profile: fc.Arbitrary<Profile> = fc.record({
  id: fc.nat({ max: 3 }),
  time: fc.nat({ max: 30 }),
  version: fc.nat({ max: 5 }),
  closed: fc.boolean(),
})
const trial = (values: readonly Profile[]) => ({
  inputs: [values],
  timeOf: ({ time }: Profile) => time,
  disorderMs: 5,
})
const profiles = (records: Stream<Profile>) =>
  records.pipe(
    keyBy((profile) => profile.id),
    toTable('profiles', { tie: (profile) => profile.version, deletedIf: (profile) => profile.closed }),
  )

/** By time, then version; of equals an open one is the later, as `false` comes first in the order of values. */
function newest(values: readonly Profile[]): Map<number, Profile> {
  const inOrder = values.toSorted(
    (a, b) => a.time - b.time || a.version - b.version || Number(a.closed) - Number(b.closed),
  )
  const last = new Map(inOrder.map((profile) => [profile.id, profile]))
  return new Map([...last].filter(([, { closed }]) => !closed))
}

it('holds the newest record of each key, unless it says that the row is gone', () =>
  fc.assert(
    fc.asyncProperty(fc.array(profile), manners, async (values, manner) => {
      const changes = await rowsOf(trial(values), manner, profiles)
      expect(tableOf(changes)).toEqual(newest(values))
    }),
    { numRuns: 60 },
  ))

it('can be told as upserts, or as rows that come and go', () =>
  fc.assert(
    fc.asyncProperty(fc.array(profile), manners, async (values, manner) => {
      const upserts = await rowsOf(trial(values), manner, (records) => profiles(records).pipe(asUpserts()))
      const newestRows = new Map(upserts.map(({ key, value }) => [key, value]))
      expect(new Map([...newestRows].filter(([, row]) => row !== null))).toEqual(newest(values))

      const rows = await rowsOf(trial(values), manner, (records) => profiles(records).pipe(asRetractions()))
      const there: Profile[] = []
      for (const { op, value } of rows) {
        const at = there.findIndex((row) => JSON.stringify(row) === JSON.stringify(value))
        if (op === 'insert') there.push(value)
        else expect(there.splice(at, 1)).toEqual([value])
      }
      expect(new Map(there.map((row) => [row.id, row]))).toEqual(newest(values))
    }),
    { numRuns: 40 },
  ))
