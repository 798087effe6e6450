import { expect, test } from 'vitest'
import { placeOf } from '../../../src/state/disk/place.ts'
import { PlaceTable } from '../../../src/state/disk/place-table.ts'

test('places are found by their hashes, also where many have the same and some are gone', () => {
  const table = new PlaceTable()
  const known = new Map<number, Set<number>>()
  let seed = 1
  const random = (limit: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % limit
  }
  const found = (hash: number) => {
    const places: number[] = []
    for (let slot = table.first(hash); slot >= 0; slot = table.next(slot, hash))
      places.push(table.place(slot))
    return places.sort((a, b) => a - b)
  }
  for (let round = 0; round < 20_000; round += 1) {
    const hash = random(3_000) * 5_591
    const places = known.get(hash) ?? new Set()
    known.set(hash, places)
    const place = placeOf(1 + random(120), 1 + random(8_191), 8 * random(2 ** 20))
    const [one] = places
    if (random(3) > 0 || one === undefined) {
      places.add(place)
      table.add(hash, place)
    } else {
      let slot = table.first(hash)
      while (table.place(slot) !== one) slot = table.next(slot, hash)
      places.delete(one)
      if (random(2) === 0) table.delete(slot)
      else {
        places.add(place)
        table.replace(slot, place)
      }
    }
  }
  for (const [hash, places] of known) expect(found(hash)).toEqual([...places].sort((a, b) => a - b))
  const all = [...known.values()].flatMap((places) => [...places])
  expect(table.size).toBe(all.length)
  expect([...table.places()].sort((a, b) => a - b)).toEqual(all.sort((a, b) => a - b))
})
