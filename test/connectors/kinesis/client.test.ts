import { describe, expect, test } from 'vitest'
import { resolveConnection } from '../../../connectors/kinesis/client.ts'

const aws = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIA' }

describe('what a connection comes to', () => {
  test('AWS as the SDK finds it', () => {
    expect(resolveConnection({}, 'orders', aws)).toMatchObject({
      region: 'eu-west-1',
      endpoint: undefined,
      loopback: false,
      credentials: undefined,
    })
    expect(resolveConnection({}, 'orders', {}).region).toBeUndefined()
  })

  test('the region of an ARN counts more than that of the environment, an option more than both', () => {
    const arn = 'arn:aws:kinesis:us-west-2:000000000000:stream/orders'
    expect(resolveConnection({}, arn, aws).region).toBe('us-west-2')
    expect(resolveConnection({ region: 'sa-east-1' }, arn, aws).region).toBe('sa-east-1')
  })

  test.each([
    'http://localhost:4567',
    'http://127.0.0.1:4567',
    'http://[::1]:4567',
    'http://kinesis.localhost:1',
  ])('at %s neither region nor credentials are needed', (endpoint) => {
    expect(resolveConnection({ endpoint }, 'orders', {})).toMatchObject({
      region: 'us-east-1',
      loopback: true,
      credentials: { accessKeyId: 'local' },
    })
    expect(resolveConnection({ endpoint }, 'orders', aws)).toMatchObject({
      region: 'eu-west-1',
      credentials: undefined,
    })
  })

  test.each([
    'https://127.0.0.1:4567',
    'http://10.0.0.7:4567',
    'http://localhost.example.com',
    'https://vpce.amazonaws.com',
  ])('at %s nothing is made up', (endpoint) => {
    expect(resolveConnection({ endpoint }, 'orders', {})).toMatchObject({
      region: undefined,
      loopback: false,
      credentials: undefined,
    })
  })

  test('the endpoint of the environment counts', () => {
    expect(resolveConnection({}, 'orders', { AWS_ENDPOINT_URL: 'http://localhost:1' }).loopback).toBe(true)
    const both = { AWS_ENDPOINT_URL: 'http://localhost:1', AWS_ENDPOINT_URL_KINESIS: 'http://localhost:2' }
    expect(resolveConnection({}, 'orders', both).endpoint).toBe('http://localhost:2')
  })
})
