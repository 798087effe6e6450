import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TokenBucket } from '../../../connectors/kinesis/token-bucket.ts'

test('whoever waits as told never gets more than the rate and one rest allow', () => {
  const amounts = fc.array(fc.record({ amount: fc.integer({ min: 1, max: 50 }), idleMs: fc.nat(3000) }))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      amounts,
      (rate, capacity, asks) => {
        const bucket = new TokenBucket(rate, capacity)
        let [now, spent] = [0, 0]
        for (const { amount, idleMs } of asks) {
          now += idleMs
          now += bucket.waitMs(1, now)
          expect(spent).toBeLessThanOrEqual(capacity + (now / 1000) * rate + 1e-6)
          bucket.spend(amount, now)
          spent += amount
        }
      },
    ),
  )
})

test('a clock that goes back grants nothing and breaks nothing', () => {
  const bucket = new TokenBucket(5, 1)
  bucket.spend(1, 10_000)
  expect(bucket.waitMs(1, 5000)).toBe(200)
  expect(bucket.waitMs(1, 5200)).toBeLessThan(1)
})
