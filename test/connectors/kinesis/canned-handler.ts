import { Readable } from 'node:stream'
import type { KinesisClientConfig } from '@aws-sdk/client-kinesis'

/** A request as the client made it. */
export interface SentRequest {
  readonly target: string
  readonly contentType: string
  readonly body: string
  readonly bytes: Buffer
}

/** What to answer: a status and a body, with the places where it is cut into chunks. */
export type Answer = (request: SentRequest) =>
  | {
      readonly status?: number
      readonly body: string | Buffer
      readonly contentType?: string
      readonly cuts?: readonly number[]
    }
  | Error

/** Stands in for the network: every request gets the answer it is told, in pieces as a socket brings them. */
export function cannedHandler(answer: Answer): NonNullable<KinesisClientConfig['requestHandler']> {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
    destroy: () => {},
    handle: async (request: { headers: Record<string, string>; body: string | Uint8Array }) => {
      const target = request.headers['x-amz-target']!.split('.')[1]!
      const contentType = request.headers['content-type']!
      const bytes = Buffer.from(asBytes(request.body))
      const answered = answer({ target, contentType, body: bytes.toString(), bytes })
      if (answered instanceof Error) throw answered
      const body = Buffer.from(answered.body)
      const cuts = [...(answered.cuts ?? [Math.floor(body.length / 2)])].sort((a, b) => a - b)
      const chunks = [0, ...cuts].map((from, i) => body.subarray(from, cuts[i]))
      const response = {
        statusCode: answered.status ?? 200,
        headers: {
          'content-type': answered.contentType ?? 'application/x-amz-json-1.1',
          'x-amzn-requestid': 'request-1',
          date: 'Fri, 20 Nov 2026 00:00:00 GMT',
        },
        body: Readable.from(chunks),
      }
      return { response }
    },
  } as unknown as NonNullable<KinesisClientConfig['requestHandler']>
}

function asBytes(body: string | Uint8Array): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body) : Uint8Array.from(body)
}
