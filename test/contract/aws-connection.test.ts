import { describe, expect, it } from 'vitest'
import { awsClientConfig } from '../../src/contract/aws-connection.ts'

const madeUp = { accessKeyId: 'local', secretAccessKey: 'local' }

describe('a client of AWS', () => {
  it('goes where the options say, before the command line and the environment', () => {
    const env = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SQS: 'http://localhost:1', AWS_PROFILE: 'mill' }
    const options = { region: 'eu-north-1', endpoint: 'https://sqs.example', profile: 'race' }
    expect(awsClientConfig('SQS', options, { region: 'eu-west-3' }, env)).toEqual({
      maxAttempts: 1,
      ...options,
    })
    expect(awsClientConfig('SQS', {}, { region: 'eu-west-3' }, env)).toMatchObject({ region: 'eu-west-3' })
    expect(awsClientConfig('SQS', {}, {}, env)).toEqual({
      maxAttempts: 1,
      region: 'eu-west-1',
      endpoint: 'http://localhost:1',
    })
  })

  it('needs no credentials and no region for a service on this machine', () => {
    const local = {
      maxAttempts: 1,
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1:8000',
      credentials: madeUp,
    }
    const inEnvironment = {
      AWS_ENDPOINT_URL: 'http://localhost:9',
      AWS_ENDPOINT_URL_DYNAMODB: local.endpoint,
    }
    expect(awsClientConfig('DYNAMODB', {}, {}, inEnvironment)).toEqual(local)
    expect(awsClientConfig('DYNAMODB', { endpoint: local.endpoint }, {}, {})).toEqual(local)
  })

  it('leaves to the SDK what nobody says', () => {
    expect(awsClientConfig('SNS', {}, {}, {})).toEqual({ maxAttempts: 1 })
    const passedOver = { AWS_ENDPOINT_URL: 'http://localhost:9', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }
    expect(awsClientConfig('SNS', {}, {}, passedOver)).toEqual({ maxAttempts: 1 })
  })
})
