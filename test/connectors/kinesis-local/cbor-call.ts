import { Decoder, Encoder, Tag } from 'cbor-x'

/** A codec that is not the one of the server. */
export const codecOptions = {
  useRecords: false,
  mapsAsObjects: true,
  tagUint8Array: false,
  int64AsNumber: true,
}
const encoder = new Encoder(codecOptions)
const decoder = new Decoder(codecOptions)

/** What a server answered in CBOR, in the representation of JSON: blobs in base64, timestamps in seconds. */
export interface CborAnswer {
  readonly status: number
  readonly contentType: string | null
  readonly output: unknown
}

/** One call in CBOR 1.1. The input may hold `Buffer`s and `Date`s. */
export async function cborCall(endpoint: string, operation: string, input: unknown): Promise<CborAnswer> {
  return cborBytes(endpoint, operation, encoder.encode(withTags(input)))
}

/** A frame of an event stream: its headers as they lie there, and its payload. */
export interface CborFrame {
  readonly head: string
  readonly payload: unknown
}

/** All that a subscription pushes until it ends by itself. */
export async function subscriptionFrames(endpoint: string, input: unknown): Promise<CborFrame[]> {
  const response = await post(endpoint, 'SubscribeToShard', encoder.encode(input))
  const bytes = Buffer.from(await response.arrayBuffer())
  const frames: CborFrame[] = []
  for (let at = 0; at < bytes.length; at += bytes.readUInt32BE(at)) {
    const payloadAt = at + 12 + bytes.readUInt32BE(at + 4)
    const payload = bytes.subarray(payloadAt, at + bytes.readUInt32BE(at) - 4)
    frames.push({
      head: bytes.toString('latin1', at + 12, payloadAt),
      payload: asJson(decoder.decode(payload)),
    })
  }
  return frames
}

export async function cborBytes(endpoint: string, operation: string, body: Uint8Array): Promise<CborAnswer> {
  const response = await post(endpoint, operation, body)
  const bytes = Buffer.from(await response.arrayBuffer())
  const output = bytes.length === 0 ? undefined : asJson(decoder.decode(bytes))
  return { status: response.status, contentType: response.headers.get('content-type'), output }
}

function post(endpoint: string, operation: string, body: Uint8Array): Promise<Response> {
  const headers = {
    'content-type': 'application/x-amz-cbor-1.1',
    'x-amz-target': `Kinesis_20131202.${operation}`,
    authorization: 'AWS4-HMAC-SHA256 Credential=test',
  }
  return fetch(endpoint, { method: 'POST', headers, body: new Uint8Array(body) })
}

/** The members as a client writes them in JSON. */
export function jsonInput(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('base64')
  if (value instanceof Date) return value.getTime() / 1000
  return mapped(value, jsonInput)
}

function withTags(value: unknown): unknown {
  return value instanceof Date ? new Tag(value.getTime(), 1) : mapped(value, withTags)
}

/** The decoder takes the milliseconds of tag 1 for seconds, as the standard has it. */
function asJson(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1_000_000
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : mapped(value, asJson)
}

function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, change(member)]))
}
