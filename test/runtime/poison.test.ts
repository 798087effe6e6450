import { describe, expect, it } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { FailedAtRecords } from '../../src/runtime/poison.ts'

const at = (
  sequenceNumber: string | undefined,
  code: 'CALL_TIMED_OUT' | 'OPERATOR_FAILED' = 'CALL_TIMED_OUT',
) =>
  new MillraceError(code, 'no answer', {
    where: { source: 'orders', shard: 'a', ...(sequenceNumber !== undefined && { sequenceNumber }) },
  })

describe('a record that attempts fail at', () => {
  it('is to blame the third time when there was progress in between', () => {
    const failed = new FailedAtRecords()
    const codes = [1, 2, 3].map(() => {
      const { code } = failed.judge(at('7'))
      failed.progressed()
      return code
    })
    expect(codes).toEqual(['CALL_TIMED_OUT', 'CALL_TIMED_OUT', 'RECORD_POISONED'])
  })

  it('may stand for what is away as long as nothing gets on, but not for ever', () => {
    const failed = new FailedAtRecords()
    const codes = Array.from({ length: 12 }, () => failed.judge(at('7')).code)
    expect(codes.indexOf('RECORD_POISONED')).toBe(11)
  })

  it('is told from others, whose failures do not count', () => {
    const failed = new FailedAtRecords()
    for (let record = 0; record < 50; record += 1) {
      expect(failed.judge(at(String(record))).code).toBe('CALL_TIMED_OUT')
      failed.progressed()
    }
  })

  it('is nothing when no record is named, or the failure ends the job anyway', () => {
    const failed = new FailedAtRecords()
    for (let time = 0; time < 20; time += 1) {
      failed.progressed()
      expect(failed.judge(at(undefined)).code).toBe('CALL_TIMED_OUT')
      expect(failed.judge(at('7', 'OPERATOR_FAILED')).code).toBe('OPERATOR_FAILED')
    }
  })
})
