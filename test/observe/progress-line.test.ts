import { describe, expect, it } from 'vitest'
import { nextProgress } from '../../src/observe/progress.ts'
import { progressLine } from '../../src/observe/progress-line.ts'
import { checkpointOf, metricsOf, splitOf } from './metrics-of.ts'

const behind = (behindMs: number) => [splitOf('shard-2', { behindMs, firstBehindMs: 20_000_000 })]
const first = nextProgress(undefined, metricsOf(1, { splits: behind(12_100_000) }))
const progress = nextProgress(
  first,
  metricsOf(2, {
    records: 1_203_441,
    splits: behind(12_000_000),
    watermark: Date.UTC(2001, 2, 4, 12),
    lastCheckpoint: checkpointOf(7, 1),
  }),
)

describe('the progress line', () => {
  it('has it all when there is room', () => {
    expect(progressLine({ ...progress, recordsPerSecond: 85_210 })).toBe(
      'flights | 1,203,441 records, 85,210/s | 40% caught up, 2m 0s left | 3h 20m behind (in/shard-2)' +
        ' | watermark 2001-03-04T12:00:00Z | checkpoint 7, 1s ago',
    )
  })

  it.each([120, 100, 80, 60, 40, 20, 5, 1])('fits in %i columns', (columns) => {
    expect(progressLine(progress, columns).length).toBeLessThanOrEqual(columns)
  })

  it('gives up what matters least first', () => {
    expect(progressLine(progress, 100)).not.toContain('checkpoint')
    expect(progressLine(progress, 100)).toContain('behind (in/shard-2)')
    expect(progressLine(progress, 64)).toMatch(/records, .*40% caught up/)
    expect(progressLine(progress, 30)).toMatch(/^1,203,441 records/)
  })

  it('says what is not there yet', () => {
    const line = progressLine(nextProgress(undefined, metricsOf(0)))
    expect(line).toBe('flights | 0 records, 0/s | no watermark yet | no checkpoint yet')
  })

  it('says that the job has caught up', () => {
    const caughtUp = nextProgress(undefined, metricsOf(1, { splits: behind(0) }))
    expect(progressLine(caughtUp)).toContain('| caught up |')
  })

  it('survives the watermark at the end of time', () => {
    expect(progressLine({ ...progress, watermark: Number.MAX_SAFE_INTEGER })).toContain('the end of time')
  })
})
