import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { type Encode, encoderOf } from '../../src/contract/codec.ts'
import { destinationUrl, type HttpAnswer, retryAfterMs } from '../../src/contract/http.ts'
import {
  type Delivery,
  DestinationFailure,
  type RequestBatch,
  type RequestContext,
  type RequestDestination,
  type RequestSession,
} from '../../src/contract/request-destination.ts'
import { MillraceError } from '../../src/errors.ts'
import { confirms, maxAnswerBytes } from './firehose-answer.ts'
import { type FirehoseBody, firehoseBody } from './firehose-body.ts'

const compressed = promisify(gzip)

/** Where an endpoint is, and what requests to it carry. */
export interface HttpEndpointOptions<in T> {
  /** Must begin with `https://`; with `http://` it is for this machine, or needs no access key. Messages show no more of it than its origin. */
  readonly url: string
  /** Sent as it is as `X-Amz-Firehose-Access-Key`, at most 4096 bytes. A function is asked for each request. Shown nowhere. */
  readonly accessKey?: string | (() => string)
  /** Sent with each request, at most 50: names of at most 256 characters, values of at most 1024. */
  readonly commonAttributes?: Readonly<Record<string, string>>
  /** `'gzip'` compresses the body of requests. Default `'none'`. */
  readonly contentEncoding?: 'none' | 'gzip'
  /** Sent as `X-Amz-Firehose-Source-Arn`. Default: `arn:aws:firehose:<region>:<account>:deliverystream/<job>-<sink>` of no account. */
  readonly sourceArn?: string
  /** The bytes of a row. Default: JSON. */
  readonly encode?: Encode<T>
}

/** As Firehose grants an endpoint. */
const timeoutMs = 180_000
const mostRecords = 10_000
const mostBytes = 64 * 2 ** 20

/**
 * An endpoint that speaks the contract of Amazon Data Firehose's HTTP endpoint delivery, version 1.0, as those of
 * Datadog, New Relic, Dynatrace, Coralogix and many others do.
 *
 * The same batch has the same `X-Amz-Firehose-Request-Id` at every attempt and after every restart: an endpoint that
 * passes over ids that it has seen gets each record exactly once, any other at least once.
 *
 * @throws MillraceError `OPTION_INVALID` for what the contract does not allow.
 * @example
 * httpEndpoint({ url: 'https://hooks.example/orders' }).description.detail // 'https://hooks.example'
 */
export function httpEndpoint<T>(options: HttpEndpointOptions<T>): RequestDestination<T> {
  const { accessKey, contentEncoding = 'none' } = options
  const url = destinationUrl(options.url, 'the url of httpEndpoint(…)', accessKey !== undefined)
  const attributes = commonAttributes(options.commonAttributes ?? {})
  if (typeof accessKey === 'string') checkAccessKey(accessKey)
  const encoder = encoderOf<T>(options.encode ?? json)
  const endpoint = { url, attributes, accessKey, contentEncoding, sourceArn: options.sourceArn }
  return {
    kind: 'requests',
    description: {
      kind: 'http',
      detail: url.origin,
      guarantee: 'at-least-once',
      because:
        'an answer may be lost after the endpoint has taken a request; the request comes again under the same id, so an endpoint that passes over ids it has seen gets each record exactly once',
    },
    limits: { records: mostRecords, bytes: mostBytes, recordBytes: mostBytes },
    buffer: { size: '5MiB', interval: '60s' },
    atOnce: 4,
    encode: (row) => ({ data: encoder.encode(row) }),
    open: async (context) => openEndpoint(endpoint, context),
  }
}

interface Endpoint {
  readonly url: URL
  readonly attributes: string | undefined
  readonly accessKey: string | (() => string) | undefined
  readonly contentEncoding: 'none' | 'gzip'
  readonly sourceArn: string | undefined
}

function openEndpoint(endpoint: Endpoint, context: RequestContext): RequestSession {
  let accessKey: string | undefined
  const arn =
    endpoint.sourceArn ?? `arn:aws:firehose:local:000000000000:deliverystream/${context.job}-${context.name}`
  return {
    get secrets() {
      return accessKey === undefined ? [] : [accessKey]
    },
    send: async (batch, signal) => {
      accessKey = keyNow(endpoint.accessKey)
      const plain = firehoseBody(batch)
      const body = endpoint.contentEncoding === 'gzip' ? await compressed(plain.bytes) : plain.bytes
      const headers = {
        'Content-Type': 'application/json',
        'X-Amz-Firehose-Protocol-Version': '1.0',
        'X-Amz-Firehose-Request-Id': batch.id,
        'X-Amz-Firehose-Source-Arn': arn,
        ...(endpoint.contentEncoding === 'gzip' && { 'Content-Encoding': 'gzip' }),
        ...(endpoint.attributes !== undefined && { 'X-Amz-Firehose-Common-Attributes': endpoint.attributes }),
        ...(accessKey !== undefined && { 'X-Amz-Firehose-Access-Key': accessKey }),
      }
      const request = { method: 'POST' as const, url: endpoint.url, headers, body, timeoutMs, maxAnswerBytes }
      return outcome(batch, plain, await context.http(request, signal).catch(named))
    },
    close: async () => {},
  }
}

/** What an answer means: only a 200 that confirms the id says that the records have arrived. */
function outcome(batch: RequestBatch, { dataIds }: FirehoseBody, answer: HttpAnswer): Delivery {
  const confirmed = confirms(answer, batch.id)
  if (confirmed === true) return { refused: [], again: [] }
  const message = `${answer.status}: ${confirmed}`
  const again = { retryAfterMs: retryAfterMs(answer) }
  if (answer.status === 200)
    throw new DestinationFailure('HttpEndpoint.InvalidResponseFromDestination', message, again)
  if (answer.status !== 413) throw new DestinationFailure('HttpEndpoint.DestinationException', message, again)
  const refused = batch.records.map((_, index) => {
    const fields = { subsequenceNumber: 0, dataId: dataIds[index]! }
    return { index, code: 'HttpEndpoint.DestinationException', message, fields }
  })
  return { refused, again: [] }
}

/** Firehose puts the kind of its destination before codes. */
function named(error: unknown): never {
  if (!(error instanceof DestinationFailure)) throw error
  throw new DestinationFailure(`HttpEndpoint.${error.code}`, error.message, { cause: error.cause })
}

function keyNow(accessKey: string | (() => string) | undefined): string | undefined {
  if (typeof accessKey !== 'function') return accessKey
  const key = accessKey()
  checkAccessKey(key)
  return key
}

function checkAccessKey(key: string): void {
  if (typeof key !== 'string') throw invalid(`the accessKey is ${typeof key}, not a text`)
  if (Buffer.byteLength(key) > 4096) throw invalid('the accessKey has more than 4096 bytes')
  if (/[^\t\x20-\x7e\x80-\xff]/.test(key))
    throw invalid('the accessKey has characters that no HTTP header can hold')
}

function commonAttributes(attributes: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(attributes)
  if (entries.length === 0) return undefined
  if (entries.length > 50) throw invalid(`commonAttributes has ${entries.length} entries; there may be 50`)
  for (const [name, value] of entries) {
    if (typeof value !== 'string') throw invalid(`the value of the common attribute "${name}" is no text`)
    if (name.length < 1 || name.length > 256)
      throw invalid(`the name of the common attribute "${name.slice(0, 40)}" must have 1 to 256 characters`)
    if (value.length > 1024)
      throw invalid(
        `the value of the common attribute "${name}" has ${value.length} characters; there may be 1024`,
      )
  }
  const text = JSON.stringify({ commonAttributes: attributes })
  // Headers hold Latin letters at the most; JSON can name all others by their numbers.
  return text.replace(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `httpEndpoint(…): ${message}`)
}

function json(row: unknown): Uint8Array {
  const text: string | undefined = JSON.stringify(row)
  if (text === undefined) throw new TypeError(`${String(row)} has no JSON`)
  return Buffer.from(text)
}
