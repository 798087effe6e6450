import { describe, expect, it } from 'vitest'
import { killedThreeTimes, type Manner, straight } from './answers.ts'

interface Counted {
  readonly bidder: number
  readonly bid_count: number
  readonly starttime: number
  readonly endtime: number
}

const manner: Manner = { preset: 'std', events: 20_000, splits: 4, group: 4000 }

/** How many bids of each bidder were counted, over all windows. */
function perBidder(rows: readonly Counted[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { bidder, bid_count } of rows) counts.set(bidder, (counts.get(bidder) ?? 0) + bid_count)
  return counts
}

const rowsOf = (job: { readonly rows: readonly unknown[] }) => job.rows as readonly Counted[]

describe('q12, by the clock', () => {
  it('counts each bid in a window of the clock', async () => {
    const rows = rowsOf(await straight('q12', manner))
    const byEvent = rowsOf(await straight('q12e', manner))
    expect(perBidder(rows)).toEqual(perBidder(byEvent))
    // The clock stands in the year 2001, and runs on for more than ten seconds while the job runs.
    const windows = new Set(rows.map(({ starttime, endtime }) => `${starttime} ${endtime}`))
    const start = Date.UTC(2001, 0, 1)
    expect([...windows]).toEqual([`${start} ${start + 10_000}`, `${start + 10_000} ${start + 20_000}`])
    const keys = rows.map(({ bidder, starttime }) => `${bidder} ${starttime}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('counts each bid once, though killed three times', async () => {
    const undisturbed = await straight('q12', manner)
    const killed = await killedThreeTimes('q12', manner, undisturbed.steps)
    expect(perBidder(rowsOf(killed))).toEqual(perBidder(rowsOf(undisturbed)))
  })
})
