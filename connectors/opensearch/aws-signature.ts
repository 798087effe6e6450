import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import { type AwsEnvironment, awsPlace } from '../../src/contract/aws-connection.ts'
import { awsFailure } from '../../src/contract/aws-failure.ts'
import type { HttpRequest } from '../../src/contract/http.ts'
import { MillraceError } from '../../src/errors.ts'

/** Requests are signed for AWS, with credentials as the AWS SDK finds them. */
export interface AwsAuth {
  /** `'es'` for a domain of Amazon OpenSearch Service, `'aoss'` for a collection of OpenSearch Serverless. */
  readonly service: 'es' | 'aoss'
  /** Default: that in the name of the host, else `--region`, else `AWS_REGION`. */
  readonly region?: string
  /** A profile of the shared AWS configuration, for credentials. Default: `AWS_PROFILE`, else `default`. */
  readonly profile?: string
}

type Signed = Pick<HttpRequest, 'method' | 'url' | 'headers'> & { readonly body: Uint8Array }

/** Gives the headers of requests, signed, and what of them must not be shown. */
export class AwsSignature {
  readonly #signer: SignatureV4
  #secrets: readonly string[] = []

  /** @throws MillraceError `REGION_MISSING` */
  constructor(
    { service, region, profile }: AwsAuth,
    { hostname }: URL,
    overrides: { readonly region?: string | undefined },
    env: AwsEnvironment,
  ) {
    const given = region ?? regionIn(hostname) ?? overrides.region
    const place = awsPlace('OPENSEARCH', { region: given, profile, endpoint: undefined }, env)
    if (place.region === undefined)
      throw new MillraceError(
        'REGION_MISSING',
        `requests to ${hostname} are signed for a region, and none is known`,
      )
    const found = defaultProvider(profile === undefined ? {} : { profile })
    const credentials = async () => {
      const identity = await found()
      const { secretAccessKey, sessionToken } = identity
      this.#secrets = sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken]
      return identity
    }
    this.#signer = new SignatureV4({ service, region: place.region, credentials, sha256: Sha256 })
  }

  get secrets(): readonly string[] {
    return this.#secrets
  }

  /** Rejects as calls of the AWS SDK do where there are no credentials. */
  async headersOf({ method, url, headers, body }: Signed, now: number): Promise<Record<string, string>> {
    const { protocol, hostname, host, pathname: path } = url
    const query = Object.fromEntries(url.searchParams)
    const request = { method, protocol, hostname, path, query, headers: { ...headers, host }, body }
    try {
      const signed = await this.#signer.sign(request, { signingDate: new Date(now) })
      return signed.headers
    } catch (error) {
      throw awsFailure(error, `sign a request to ${hostname}`)
    }
  }
}

/** As in `search-orders-abc.eu-west-1.es.amazonaws.com`. */
function regionIn(hostname: string): string | undefined {
  return /\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:es|aoss)\.amazonaws\.com/.exec(hostname)?.[1]
}
