import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyGroupOf, keyGroups } from '../../src/state/key-group.ts'

describe('the key group of a key', () => {
  it.each([
    ['a', 16955237001963240173058271559858726497n],
    ['abc', 191415658344158766168031473277922803570n],
    ['', 281949768489412648962353822266799178366n],
  ])('of %j is the top bits of its Kinesis hash key', (key, hashKey) => {
    expect(keyGroupOf(key)).toBe(Number(hashKey >> 113n))
  })

  it('is a group, and that of the same text in UTF-8, whatever the key', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.double({ noNaN: true })),
        (key) => {
          const hashKey = BigInt(`0x${createHash('md5').update(String(key), 'utf8').digest('hex')}`)
          expect(keyGroupOf(key)).toBe(Number(hashKey >> 113n))
          expect(keyGroupOf(key)).toBeLessThan(keyGroups)
        },
      ),
    )
  })
})
