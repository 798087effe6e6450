import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reshardsAMinute, Soak } from './soak.ts'
import type { Visit } from './visit-jobs.ts'

const seed = Number(process.env['MILLRACE_SOAK_SEED'] ?? 1)
const minutes = Number(process.env['MILLRACE_SOAK_MINUTES'] ?? 10)
/** Ten minutes take less than one, unless the machine is very busy. */
const atMostMs = minutes * 60_000

describe(`a soak of ${minutes} minutes, seed ${seed}`, () => {
  let soak: Soak
  beforeEach(async () => {
    soak = await Soak.start(seed, minutes)
  })
  afterEach(() => soak.close())

  test(
    'by polling and by fan-out every record is read once and in order, whatever is split, merged, killed and struck',
    async () => {
      await soak.run()
      const open = (await soak.stream.open()).map(({ ShardId }) => ShardId)
      for (const { rows, unfinished, processes } of [soak.polling, soak.fanOut]) {
        expect(processes).toBeGreaterThanOrEqual(minutes / 3)
        expect(outOfOrder(rows)).toEqual([])
        expect(rows.length).toBe(soak.visits.length)
        expect(unfinished.toSorted()).toEqual(open.toSorted())
      }
      for (const [kind, times] of Object.entries(soak.injected)) {
        expect(times, `times that ${kind} struck`).toBeGreaterThan(0)
      }
      expect(soak.stream.reshards).toBeGreaterThanOrEqual(minutes * reshardsAMinute)
      expect(soak.fanOut.counter('visits.subscribed')).toBeGreaterThan(0)
      expect(soak.time.serverWaits, 'subscriptions that are still open').toBe(0)
    },
    atMostMs,
  )
})

/** Those that do not come right after the one before of their key. */
function outOfOrder(rows: readonly Visit[]): Visit[] {
  const next = new Map<string, number>()
  return rows.filter(({ key, n }) => {
    const expected = next.get(key) ?? 0
    next.set(key, n + 1)
    return n !== expected
  })
}
