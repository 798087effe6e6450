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
