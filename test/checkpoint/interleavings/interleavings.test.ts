import { describe, expect, it } from 'vitest'
import { type Case, explore } from './explore.ts'

const taking = (checkpoints: number, records: number, restarts = 0) => ({ checkpoints, records, restarts })

/** With the number of states that there are at least: a case that has become smaller proves less than it says. */
const cases: readonly (readonly [name: string, atLeast: number, one: Case])[] = [
  [
    'that start a job at once',
    2_000,
    { epochsKept: 1, before: [], runs: [taking(2, 1), taking(2, 2)], failures: 0 },
  ],
  [
    'of a job that has run before',
    3_000,
    { epochsKept: 1, before: [taking(2, 1)], runs: [taking(2, 1), taking(2, 2)], failures: 0 },
  ],
  [
    'that each go through all the epochs that are kept',
    6_000,
    { epochsKept: 3, before: [taking(4, 1)], runs: [taking(3, 1), taking(4, 2)], failures: 0 },
  ],
  [
    'of which one call fails, before or after its effect',
    30_000,
    { epochsKept: 1, before: [], runs: [taking(1, 1, 1), taking(2, 2, 1)], failures: 1 },
  ],
]

describe('two runs of a job, in whatever order their calls come,', () => {
  it.each(cases)(
    '%s (more than %i states) keep one history, lose no row, double none',
    async (...given) => {
      const [, atLeast, one] = given
      const { states, broken } = await explore(one)
      expect(broken).toBeUndefined()
      expect(states).toBeGreaterThan(atLeast)
    },
    120_000,
  )

  it('are found out when one commits before it publishes', async () => {
    const early = { ...taking(1, 2), commitsTooEarly: true } as const
    const { broken } = await explore({ epochsKept: 1, before: [], runs: [taking(1, 1), early], failures: 0 })
    expect(broken).toMatch(/^rows are visible up to 2, and the newest checkpoint is at 0/)
  })
})
