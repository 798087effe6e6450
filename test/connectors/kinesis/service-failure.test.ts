import { describe, expect, test } from 'vitest'
import { backoffMs } from '../../../connectors/kinesis/backoff.ts'
import { serviceError } from '../../../connectors/kinesis/service-error.ts'
import { failureOf } from '../../../connectors/kinesis/service-failure.ts'
import { networkFault, serviceFault } from './scripted-kinesis.ts'

describe('what a failed call means', () => {
  test.each([
    'ProvisionedThroughputExceededException',
    'LimitExceededException',
    'KMSThrottlingException',
    'RequestThrottled',
  ])('%s: slow down', (name) => expect(failureOf(serviceFault(name))).toMatchObject({ kind: 'throttled' }))

  test.each([
    networkFault('ECONNRESET'),
    networkFault('ECONNREFUSED'),
    networkFault('EPIPE'),
    networkFault('ENOTFOUND'),
    networkFault('EAI_AGAIN'),
    serviceFault('RequestTimeoutException'),
    serviceFault('UnknownError', 408),
    serviceFault('TimeoutError', 0),
    serviceFault('InternalFailureException', 500),
    serviceFault('ServiceUnavailable', 503),
    new SyntaxError('Unexpected end of JSON input'),
  ])('%s: try again, but not for ever', (error) =>
    expect(failureOf(error)).toMatchObject({ kind: 'unavailable' }),
  )

  test('an expired iterator is routine', () =>
    expect(failureOf(serviceFault('ExpiredIteratorException'))).toEqual({ kind: 'iterator-expired' }))

  test('a clock that the SDK has just corrected is worth another call', () => {
    const error = Object.assign(new Error(), {
      name: 'InvalidSignatureException',
      $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
    })
    expect(failureOf(error)).toMatchObject({ kind: 'unavailable' })
  })

  test('a refusal is one whatever the clock', () => {
    const error = Object.assign(new Error(), {
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 400, clockSkewCorrected: true },
    })
    expect(failureOf(error)).toEqual({ kind: 'refused', code: 'STREAM_NOT_FOUND' })
  })

  test.each([
    ['ResourceNotFoundException', 'STREAM_NOT_FOUND'],
    ['AccessDeniedException', 'ACCESS_DENIED'],
    ['UnrecognizedClientException', 'ACCESS_DENIED'],
    ['KMSAccessDeniedException', 'ACCESS_DENIED'],
    ['CredentialsProviderError', 'CREDENTIALS_MISSING'],
    ['InvalidArgumentException', 'SOURCE_FAILED'],
    ['KMSDisabledException', 'SOURCE_FAILED'],
  ])('%s: %s, with the words of the service', (name, code) => {
    const error = serviceError(serviceFault(name, 400, 'its words'), {
      stream: 'orders',
      region: 'us-east-1',
      endpoint: 'http://localhost:1',
    })
    expect(error).toMatchObject({ code, message: expect.stringContaining('its words'), cause: { name } })
    expect(error.where.stream).toBe('orders')
  })
})

test('waits grow to a bound, with full jitter', () => {
  expect([1, 2, 3, 10, 1000].map((failures) => backoffMs(failures, () => 0.999_999))).toEqual([
    200, 400, 800, 10_000, 10_000,
  ])
  expect(backoffMs(5, () => 0)).toBe(0)
})
