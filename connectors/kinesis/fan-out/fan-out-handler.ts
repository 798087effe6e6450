import { constants } from 'node:http2'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { Clock } from '../../../src/contract/clock.ts'
import { Http2Session, NotHttp2 } from './http2-session.ts'
import { noteRoundTrip } from './round-trip.ts'

type Handling = Parameters<NodeHttpHandler['handle']>
type Handled = ReturnType<NodeHttpHandler['handle']>

/**
 * How the AWS SDK sends subscriptions: over HTTP/2 sessions of our own, some tens of subscriptions each; over HTTP/1.1,
 * a connection each, once an endpoint has shown that it speaks no HTTP/2. The request that shows it fails and is to be
 * sent anew, since the two are signed differently.
 */
export class FanOutHandler {
  readonly #clock: Clock
  readonly #tls: { readonly ca?: string }
  readonly #sessions = new Map<string, Http2Session[]>()
  #http1: NodeHttpHandler | undefined

  constructor(clock: Clock, tls: { readonly ca?: string } = {}) {
    this.#clock = clock
    this.#tls = tls
  }

  /** The SDK signs and addresses requests accordingly. */
  get metadata(): { readonly handlerProtocol: string } {
    return { handlerProtocol: this.#http1 === undefined ? 'h2' : 'http/1.1' }
  }

  handle(request: Handling[0], options: Handling[1] = {}): Handled {
    return this.#http1?.handle(request, options) ?? this.#overHttp2(request, options)
  }

  destroy(): void {
    for (const sessions of this.#sessions.values()) for (const session of sessions) session.destroy()
    this.#sessions.clear()
    this.#http1?.destroy()
  }

  // What the SDK may set besides does not concern streams that last for minutes.
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {}
  }

  async #overHttp2(request: Handling[0], { abortSignal }: NonNullable<Handling[1]>): Handled {
    const { protocol, hostname, port, method, path, headers, body } = request
    const signal = abortSignal as AbortSignal | undefined
    const session = this.#sessionTo(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`)
    // A session on which somebody waited in vain gets no more requests.
    const late = () => isTimeout(signal?.reason) && session.retire()
    signal?.addEventListener('abort', late, { once: true })
    const { HTTP2_HEADER_METHOD, HTTP2_HEADER_PATH } = constants
    const head = { ...headers, [HTTP2_HEADER_METHOD]: method, [HTTP2_HEADER_PATH]: path }
    try {
      const answer = await session.request(head, body as string | Uint8Array, signal)
      noteRoundTrip(answer.body, () => session.roundTrip())
      answer.body.on('close', () => signal?.removeEventListener('abort', late))
      const response = { statusCode: answer.status, headers: answer.headers, body: answer.body }
      return { response } as unknown as Awaited<Handled>
    } catch (error) {
      if (error instanceof NotHttp2) this.#http1 ??= overHttp1()
      throw error
    }
  }

  #sessionTo(origin: string): Http2Session {
    const sessions = (this.#sessions.get(origin) ?? []).filter(({ isOver }) => !isOver)
    const free = sessions.find(({ hasRoom }) => hasRoom)
    const session = free ?? new Http2Session(origin, this.#clock, this.#tls)
    this.#sessions.set(origin, free === undefined ? [...sessions, session] : sessions)
    return session
  }
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError'
}

/** A subscription holds its connection. */
function overHttp1(): NodeHttpHandler {
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY }
  return new NodeHttpHandler({ connectionTimeout: 5000, httpAgent: agent, httpsAgent: agent })
}
