import { describe, expect, it } from 'vitest'
import type { JobMetrics, SplitMetrics } from '../../src/observe/metrics.ts'
import { nextProgress, type Progress } from '../../src/observe/progress.ts'
import { checkpointOf, metricsOf, splitOf } from './metrics-of.ts'

const progressAfter = (...metrics: JobMetrics[]): Progress =>
  metrics.reduce<Progress | undefined>(nextProgress, undefined)!

const hour = 3_600_000
const replaying = (split: string, behindMs: number, firstBehindMs = hour): SplitMetrics =>
  splitOf(split, { behindMs, firstBehindMs })

describe('the rate', () => {
  it('begins as the mean since the start', () => {
    expect(progressAfter(metricsOf(2, { records: 5000 })).recordsPerSecond).toBe(2500)
  })

  it('follows a change, smoothly', () => {
    const before = progressAfter(metricsOf(1, { records: 1000 }))
    const next = nextProgress(before, metricsOf(2, { records: 4000 }))
    expect(next.recordsPerSecond).toBeGreaterThan(1000)
    expect(next.recordsPerSecond).toBeLessThan(3000)
  })

  it('is not upset by two metrics of the same instant', () => {
    const metrics = metricsOf(1, { records: 1000 })
    expect(progressAfter(metrics, metrics).recordsPerSecond).toBe(1000)
  })
})

describe('the lag', () => {
  it('is that of the split that is furthest behind', () => {
    const splits = [replaying('a', 10), replaying('b', 30), replaying('c', 20)]
    expect(progressAfter(metricsOf(1, { splits })).slowest).toEqual({
      source: 'in',
      split: 'b',
      behindMs: 30,
    })
  })

  it('leaves out splits that are not yet read', () => {
    expect(progressAfter(metricsOf(1, { splits: [splitOf('a')] })).slowest).toBeUndefined()
  })
})

describe('a replay', () => {
  it('is as far as the slowest split', () => {
    const splits = [replaying('a', hour / 4), replaying('b', hour / 2)]
    expect(progressAfter(metricsOf(1, { splits })).replay?.fraction).toBe(0.5)
  })

  it('knows the time left once it has seen how fast it comes closer', () => {
    const first = progressAfter(metricsOf(1, { splits: [replaying('a', hour)] }))
    expect(first.replay?.leftMs).toBeUndefined()
    const next = nextProgress(first, metricsOf(2, { splits: [replaying('a', hour * 0.9)] }))
    expect(next.replay?.leftMs).toBeCloseTo(9000)
  })

  it('knows no time left while it falls further behind', () => {
    const splits = (behindMs: number) => ({ splits: [replaying('a', behindMs)] })
    const replay = progressAfter(metricsOf(1, splits(hour)), metricsOf(2, splits(hour + 500))).replay
    expect(replay).toMatchObject({ fraction: 0, leftMs: undefined })
  })

  it('does not jump when a shard ends and its children begin', () => {
    const before = progressAfter(metricsOf(1, { splits: [replaying('parent', hour / 2)] }))
    const unread = nextProgress(before, metricsOf(2, { splits: [splitOf('child')] }))
    const read = nextProgress(unread, metricsOf(3, { splits: [replaying('child', hour / 2, hour / 2)] }))
    expect([before, unread, read].map((progress) => progress.replay?.fraction)).toEqual([0.5, 0.5, 0.5])
  })

  it('is over when every split has caught up, and lag later makes no new one', () => {
    const caughtUp = progressAfter(metricsOf(1, { splits: [replaying('a', 0)] }))
    expect(caughtUp).toMatchObject({ hasCaughtUp: true, replay: undefined })
    const behind = nextProgress(caughtUp, metricsOf(2, { splits: [replaying('a', hour / 2)] }))
    expect(behind.replay).toBeUndefined()
    expect(behind.slowest?.behindMs).toBe(hour / 2)
  })

  it('is none when the past is short', () => {
    expect(progressAfter(metricsOf(1, { splits: [replaying('a', 5000, 9000)] })).replay).toBeUndefined()
  })

  it('is none before any split is known', () => {
    expect(progressAfter(metricsOf(1))).toMatchObject({ hasCaughtUp: false, replay: undefined })
  })
})

it('remembers the watermark when the last split is over', () => {
  expect(progressAfter(metricsOf(1, { watermark: 5 }), metricsOf(2)).watermark).toBe(5)
})

it('tells the age of the last checkpoint', () => {
  expect(progressAfter(metricsOf(9, { lastCheckpoint: checkpointOf(7, 5) })).checkpoint).toEqual({
    epoch: 7,
    ageMs: 4000,
  })
})
