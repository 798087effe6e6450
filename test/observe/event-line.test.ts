import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { eventLine, summaryLine } from '../../src/observe/event-line.ts'
import { logText, withFields } from '../../src/observe/log-line.ts'
import { checkpointOf, metricsOf } from './metrics-of.ts'

const error = new MillraceError('STORE_FAILED', 'the folder cannot be written', {
  cause: new Error('ENOSPC: no space left on device'),
})

describe('a log line', () => {
  it.each([
    ['job flights started for the first time', undefined],
    ['job flights restored from checkpoint 12 (generation 4)', 12],
  ])('says "%s"', (text, restoredFrom) => {
    const event = { kind: 'started', job: 'flights', generation: 4, restoredFrom } as const
    expect(eventLine(event)).toEqual({ level: 'info', text })
  })

  it('is loud about a checkpoint that was skipped', () => {
    expect(eventLine({ kind: 'checkpoint-skipped', epoch: 13, reason: 'the disk is full' })).toEqual({
      level: 'warn',
      text: 'CHECKPOINT 13 SKIPPED: the disk is full. The job continues at an earlier one.',
    })
  })

  it('gives the whole reason of a restart', () => {
    expect(eventLine({ kind: 'restarting', attempt: 2, delayMs: 1500, error })?.text).toBe(
      'RESTARTING in 1s (attempt 2) after STORE_FAILED: the folder cannot be written; because: ENOSPC: no space left on device',
    )
  })

  it('says that a job had finished before, and how to read on', () => {
    expect(eventLine({ kind: 'already-finished', epoch: 3 })).toMatchObject({
      level: 'warn',
      text: expect.stringContaining('give the job a new checkpoint folder'),
    })
  })

  it('says how a job ended', () => {
    const text = (outcome: 'finished' | 'stopped') => eventLine({ kind: 'ended', outcome, epoch: 9 })?.text
    expect(text('stopped')).toBe('stopped with checkpoint 9; the next run continues there')
    expect(eventLine({ kind: 'ended', outcome: 'stopped', epoch: 0 })?.text).toBe(
      'stopped before the first checkpoint',
    )
    expect(text('finished')).toBe('finished: every result is out, checkpoint 9 is the last')
  })

  it('names the code of a failure, whose text follows on its own', () => {
    expect(eventLine({ kind: 'failed', error })).toEqual({ level: 'error', text: 'failed with STORE_FAILED' })
  })

  it('is not made for every checkpoint', () => {
    expect(eventLine({ kind: 'checkpoint', checkpoint: checkpointOf(1, 1) })).toBeUndefined()
  })

  it('says which records may be lost, and from when to when', () => {
    const gap = {
      split: 's',
      range: { start: '0', end: '9' },
      after: '7:0',
      from: 0,
      until: 3_600_000,
      noticedAt: 0,
    }
    expect(eventLine({ kind: 'gap', source: 'in', gap })).toEqual({
      level: 'warn',
      text: 'RECORDS MAY BE LOST: in/s (keys 0 to 9) goes on without what arrived from 1970-01-01T00:00:00Z until 1970-01-01T01:00:00Z',
    })
    expect(eventLine({ kind: 'gap', source: 'in', gap: { ...gap, from: null } })?.text).toContain(
      'what arrived until 1970',
    )
  })

  it('says what stands still, where, and what was done', () => {
    const stall = { source: 'in', split: 's', forMs: 300_000, position: '7:0', state: 'reading' } as const
    expect(eventLine({ kind: 'stalled', ...stall, clock: 'fetched', readerReplaced: true })).toEqual({
      level: 'warn',
      text: 'STALLED: in/s (reading, after 7:0): no fetch has settled for 5m 0s; reading on with a new reader',
    })
    const first = { ...stall, position: undefined, clock: 'acknowledged', readerReplaced: false } as const
    expect(eventLine({ kind: 'stalled', ...first })?.text).toBe(
      'STALLED: in/s (reading, at its beginning): what was handed over is in no checkpoint for 5m 0s',
    )
  })

  it('of a run that has lost records says so at the end', () => {
    const last = metricsOf(9, { records: 5, gaps: { count: 2, lostMs: 5_400_000 } })
    expect(summaryLine(last)).toEqual({
      level: 'warn',
      text: '5 records read in 9s; WITH 2 gaps, 1h 30m in all, where records may be missing',
    })
  })

  it('is always one line, with its time and level', () => {
    expect(logText({ level: 'warn', text: 'a\n  b' }, 0)).toBe('1970-01-01T00:00:00.000Z WARN  a b')
  })

  it('writes control characters out', () => {
    expect(logText({ level: 'warn', text: 'no \x1b[31m' }, 0)).toMatch(/no \\x1b\[31m$/)
  })

  it('carries facts as name=value', () => {
    expect(withFields('opened', { shard: 'shard-0', records: 3, note: 'a b', none: undefined })).toBe(
      'opened shard=shard-0 records=3 note="a b"',
    )
  })

  it('sums up a run', () => {
    const metrics = metricsOf(12, { records: 12_345, written: { lake: 678, late: 1 } })
    expect(summaryLine(metrics).text).toBe('12,345 records read, 678 rows to lake, 1 row to late in 12s')
  })
})
