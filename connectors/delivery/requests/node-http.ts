import { Agent as HttpAgent, type IncomingMessage, request as overHttp } from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import type { Clock } from '../../../src/contract/clock.ts'
import type { Http, HttpAnswer, HttpRequest } from '../../../src/contract/http.ts'
import { DestinationFailure } from '../../../src/contract/request-destination.ts'
import { reasons } from '../../../src/errors.ts'
import { within } from './time-limit.ts'

/** HTTP as Node speaks it, over connections that are kept. */
export function nodeHttp(clock: Clock): { readonly send: Http; close(): void } {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) }
  return {
    send: (request, signal) =>
      within(clock, request.timeoutMs, (abort) => exchange(request, agents, abort), signal),
    close: () => {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

function exchange(
  { url, method, headers, body, maxAnswerBytes }: HttpRequest,
  agents: { readonly http: HttpAgent; readonly https: HttpsAgent },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(failure(error))
    const options = { method, signal, headers: { ...headers, 'Content-Length': String(body?.length ?? 0) } }
    const sending =
      url.protocol === 'https:'
        ? overHttps(url, { ...options, agent: agents.https })
        : overHttp(url, { ...options, agent: agents.http })
    sending.on('error', failed)
    sending.on('response', (answer) => {
      wholeBody(answer, maxAnswerBytes).then(
        (whole) => resolve({ status: answer.statusCode ?? 0, headers: plainHeaders(answer), body: whole }),
        (error) => {
          sending.destroy()
          failed(error)
        },
      )
    })
    sending.end(body)
  })
}

async function wholeBody(answer: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > maxBytes)
      throw new DestinationFailure('ResponseTooLarge', `the answer has more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}

/** What a connection that is there breaks by. */
const reset = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'HPE_INVALID_CONSTANT'])

function failure(error: Error & { readonly code?: unknown }): DestinationFailure {
  if (error instanceof DestinationFailure) return error
  const code = reset.has(String(error.code)) ? 'ConnectionReset' : 'ConnectionFailed'
  return new DestinationFailure(code, `${error.code ?? error.name}: ${reasons(error)[0]}`)
}
