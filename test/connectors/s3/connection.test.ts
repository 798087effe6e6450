import { describe, expect, it } from 'vitest'
import { resolveConnection } from '../../../connectors/s3/connection.ts'

describe('what a store connects to', () => {
  it('is left to the SDK where nothing is said', () => {
    expect(resolveConnection({}, {})).toEqual({ region: undefined, endpoint: undefined, config: {} })
  })

  it('is what the options say before what the environment says', () => {
    const env = { AWS_REGION: 'us-east-1', AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_S3: 'http://b' }
    expect(resolveConnection({}, env)).toMatchObject({ region: 'us-east-1', endpoint: 'http://b' })
    const said = { region: 'eu-west-1', endpoint: 'https://s3.example' }
    expect(resolveConnection(said, env)).toMatchObject({ ...said, config: said })
  })

  it('is AWS if configured endpoints are to be ignored', () => {
    const env = { AWS_ENDPOINT_URL_S3: 'http://b', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }
    expect(resolveConnection({}, env).endpoint).toBeUndefined()
  })

  it('on this machine has a region, made up credentials and the bucket in the path', () => {
    const { config } = resolveConnection({ endpoint: 'http://127.0.0.1:9000' }, {})
    expect(config).toMatchObject({ region: 'us-east-1', forcePathStyle: true })
    expect(config.credentials).toEqual({ accessKeyId: 'local', secretAccessKey: 'local' })
  })

  it.each([
    [{ profile: 'lake' }, {}],
    [{}, { AWS_ACCESS_KEY_ID: 'AKIA' }],
    [{}, { AWS_PROFILE: 'lake' }],
  ])('on this machine has the credentials that there are: %j %j', (options, env) => {
    const { config } = resolveConnection({ endpoint: 'http://localhost:9000', ...options }, env)
    expect(config.credentials).toBeUndefined()
  })

  it('elsewhere has no credentials made up', () => {
    const { config } = resolveConnection({ endpoint: 'http://minio:9000' }, {})
    expect(config).toEqual({ endpoint: 'http://minio:9000' })
  })
})
