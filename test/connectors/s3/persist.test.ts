import { setImmediate as letOthersRun } from 'node:timers/promises'
import { manualClock } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { backoffMs } from '../../../connectors/s3/backoff.ts'
import { NoSuccess, persist } from '../../../connectors/s3/persist.ts'
import { failureOf } from '../../../connectors/s3/service-failure.ts'

const fault = (name: string, httpStatusCode = 400, more: object = {}) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode, ...more } })
const broken = (code: string) => Object.assign(new Error(code), { code })

describe('what a failed request means', () => {
  it.each([
    fault('SlowDown', 503),
    fault('InternalError', 500),
    fault('InternalError', 200),
    fault('RequestTimeout'),
    fault('BadDigest'),
    fault('IncompleteBody'),
    fault('UnknownError', 502),
    fault('TooManyRequests', 429),
    fault('KMS.ThrottlingException'),
    fault('RequestTimeTooSkewed', 403, { clockSkewCorrected: true }),
    broken('ECONNRESET'),
    broken('EPIPE'),
    broken('EAI_AGAIN'),
    broken('ENOTFOUND'),
    new SyntaxError('XML that was cut off'),
  ])('%s: try again', (error) => expect(failureOf(error)).toEqual({ kind: 'passing' }))

  it.each([
    [fault('PreconditionFailed', 412), { kind: 'taken' }],
    [fault('Unknown', 412), { kind: 'taken' }],
    [fault('ConditionalRequestConflict', 409), { kind: 'conflict' }],
    [fault('OperationAborted', 409), { kind: 'conflict' }],
    [fault('NoSuchUpload', 404), { kind: 'upload-gone' }],
    [fault('NoSuchBucket', 404), { kind: 'refused', code: 'STORE_REFUSED' }],
    [fault('PermanentRedirect', 301), { kind: 'refused', code: 'STORE_REFUSED' }],
    [fault('NotImplemented', 501), { kind: 'refused', code: 'STORE_REFUSED' }],
    [fault('AccessDenied', 403), { kind: 'refused', code: 'ACCESS_DENIED' }],
    [fault('Unknown', 403), { kind: 'refused', code: 'ACCESS_DENIED' }],
    [fault('ExpiredToken'), { kind: 'refused', code: 'ACCESS_DENIED' }],
    [fault('CredentialsProviderError', 0), { kind: 'refused', code: 'CREDENTIALS_MISSING' }],
    [new Error('Region is missing'), { kind: 'refused', code: 'REGION_MISSING' }],
    [
      new Error('Invalid Configuration: FIPS and custom endpoint'),
      { kind: 'refused', code: 'OPTION_INVALID' },
    ],
    [new TypeError('a mistake of ours'), { kind: 'refused', code: 'STORE_FAILED' }],
    ['not even an error', { kind: 'refused', code: 'STORE_FAILED' }],
  ])('%s: %j', (error, meaning) => expect(failureOf(error)).toEqual(meaning))
})

describe('a wait between attempts', () => {
  it('doubles up to ten seconds, and may be any part of that', () => {
    const bounds = [1, 2, 3, 7, 8, 1000].map((failures) => backoffMs(failures, () => 1))
    expect(bounds).toEqual([100, 200, 400, 6400, 10_000, 10_000])
    expect(backoffMs(5, () => 0)).toBe(0)
  })
})

describe('a call that is never answered', () => {
  it('is ended after 30 s, tried again, and given up after the patience', async () => {
    const clock = manualClock(0)
    const signals: AbortSignal[] = []
    const call = (signal: AbortSignal) => {
      signals.push(signal)
      return new Promise<never>(() => {})
    }
    let failure: unknown
    const persisting = persist(call, { clock, random: () => 0.5, patienceMs: 120_000 }).catch((error) => {
      failure = error
    })
    while (failure === undefined && clock.now() < 600_000) {
      clock.advance(1_000)
      for (let turn = 0; turn < 10; turn += 1) await letOthersRun()
    }
    await persisting
    expect(failure).toBeInstanceOf(NoSuccess)
    expect(signals).toHaveLength(4)
    expect(signals.every((signal) => signal.aborted)).toBe(true)
    expect(clock.now()).toBeLessThan(130_000)
  })
})
