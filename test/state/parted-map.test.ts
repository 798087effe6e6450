import { expect, test } from 'vitest'
import type { Key } from '../../src/state/key.ts'
import { PartedMap } from '../../src/state/parted-map.ts'

const keyOf = (index: number): Key =>
  index % 3 === 0 ? `key ${index}` : index % 3 === 1 ? index / 2 : BigInt(index)

test('a map in parts is what a map is, while it is one map and when it is many', () => {
  const [parted, plain] = [new PartedMap<number>(), new Map<Key, number>()]
  for (let index = 0; index < 100_000; index += 1) {
    const key = keyOf((index * 7_919) % 60_000)
    if (index % 4 === 3) expect(parted.delete(key)).toBe(plain.delete(key))
    else {
      parted.set(key, index)
      plain.set(key, index)
    }
    if (index === 1_000 || index === 99_999) {
      expect(parted.size).toBe(plain.size)
      expect(new Map(parted.entries())).toEqual(plain)
    }
  }
  expect(plain.size).toBeGreaterThan(32 * 1024)
  for (let index = 0; index < 60_000; index += 1) {
    const key = keyOf(index)
    if (parted.get(key) !== plain.get(key) || parted.has(key) !== plain.has(key)) expect(key).toBe('the same')
  }
  parted.clear()
  expect([parted.size, [...parted.entries()]]).toEqual([0, []])
})

test('what is deleted while a map in parts is gone through does not come, and all else comes once', () => {
  const parted = new PartedMap<number>()
  for (let key = 0; key < 50_000; key += 1) parted.set(key, key)
  const seen = new Set<Key>()
  for (const [key] of parted.entries()) {
    expect(seen.has(key)).toBe(false)
    seen.add(key)
    parted.delete(key)
    parted.delete(49_999 - Number(key))
  }
  expect([seen.size, parted.size]).toEqual([25_000, 0])
})

test('what is there from beginning to end comes once, however many are added and deleted while a map is gone through', () => {
  const parted = new PartedMap<string>()
  for (let key = 0; key < 50_000; key += 1) parted.set(key, 'before')
  const seen = new Map<Key, string>()
  for (const [key, value] of parted.entries()) {
    const number = Number(key)
    if (number >= 50_000) continue
    expect(seen.has(key)).toBe(false)
    expect(parted.has(key)).toBe(true)
    seen.set(key, value)
    // Every fourth stays, and changes when another one comes.
    for (const gone of [number + 1, number + 2, number + 3]) if (number % 4 === 0) parted.delete(gone)
    parted.set(4 * ((number * 7_919) % 12_500), 'after')
    for (let added = 0; added < 3; added += 1) parted.set(50_000 + 3 * number + added, 'new')
  }
  for (let key = 0; key < 50_000; key += 4) if (!seen.has(key)) expect(key).toBe('seen')
  expect([...seen.values()]).toContain('after')
  for (let key = 0; key < 50_000; key += 1) {
    if (parted.has(key) !== (key % 4 === 0)) expect(key).toBe('as it was left')
  }
})
