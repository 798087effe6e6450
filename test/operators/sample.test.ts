import fc from 'fast-check'
import type { Stream } from 'millrace'
import { sample } from 'millrace/operators'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf, straight } from './anyhow.ts'

interface Visit {
  readonly user: string | number | bigint
  readonly time: number
}

const visits = fc.array(
  fc.record({
    user: fc.oneof(fc.string(), fc.integer(), fc.bigInt()),
    time: fc.nat({ max: 50 }),
  }),
  { maxLength: 40 },
)

const trial = (values: readonly Visit[]) => ({
  inputs: [values],
  timeOf: ({ time }: Visit) => time,
  disorderMs: 10,
})
const byUser = (share: number) => (stream: Stream<Visit>) => stream.pipe(sample(share, ({ user }) => user))
const users = (rows: readonly Visit[]) => rows.map(({ user }) => `${typeof user} ${user}`).toSorted()

describe('sample', () => {
  it('keeps the same records, however they come', async () => {
    await fc.assert(
      fc.asyncProperty(visits, manners, async (values, manner) => {
        const once = await rowsOf(trial(values), straight, byUser(0.5))
        const again = await rowsOf(trial(values), manner, byUser(0.5))
        expect(users(again)).toEqual(users(once))
      }),
      { numRuns: 30 },
    )
  })

  it('keeps its share, whole keys only, and what a smaller share keeps', async () => {
    const values = Array.from({ length: 4000 }, (_, index) => ({ user: `user ${index >> 1}`, time: 0 }))
    const keep = async (share: number) => users(await rowsOf(trial(values), straight, byUser(share)))
    const [none, few, half, all] = await Promise.all([0, 0.1, 0.5, 1].map(keep))
    expect([none!.length, all!.length]).toEqual([0, 4000])
    expect(few!.length).toBeGreaterThan(300)
    expect(few!.length).toBeLessThan(500)
    expect(half!.length).toBeGreaterThan(1850)
    expect(half!.length).toBeLessThan(2150)
    expect(half!.filter((user, index) => user === half![index ^ 1])).toHaveLength(half!.length)
    expect(half).toEqual(expect.arrayContaining(few!))
  })

  it.each([-0.1, 1.1, Number.NaN])('is refused with a share of %s', (share) => {
    expect(() => sample(share, (user: string) => user)).toThrow(`the share is ${share}`)
  })
})
