import { createServer as createHttp1 } from 'node:http'
import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { initialResponse } from './event-stream-bytes.ts'

/** A subscription as the service sees it, to do with it what no service should. */
export interface RawSubscription {
  readonly stream: ServerHttp2Stream
  /** Accepts it. */
  accept(): void
  send(bytes: Uint8Array): void
}

/** An HTTP/2 server of nothing but subscriptions, which does as the test says. */
export class RawService {
  readonly subscriptions: RawSubscription[] = []
  readonly sessions: ServerHttp2Session[] = []
  readonly #server: Http2Server = createServer()

  static async start(): Promise<RawService> {
    const service = new RawService()
    await listening(service.#server)
    return service
  }

  private constructor() {
    this.#server.on('session', (session) => {
      this.sessions.push(session)
      session.on('error', () => {})
    })
    this.#server.on('stream', (stream) => {
      stream.on('error', () => {})
      const head = { ':status': 200, 'content-type': 'application/vnd.amazon.eventstream' }
      this.subscriptions.push({
        stream,
        accept: () => {
          stream.respond(head)
          stream.write(initialResponse)
        },
        send: (bytes) => void stream.write(bytes),
      })
    })
  }

  get endpoint(): string {
    return endpointOf(this.#server)
  }

  /** The n-th subscription, from 0, once it is asked for. */
  async subscription(n: number): Promise<RawSubscription> {
    while (this.subscriptions[n] === undefined) await turn()
    return this.subscriptions[n]
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Passes on what it gets over HTTP/1.1 to another server, and speaks nothing else. */
export async function http1Proxy(target: string): Promise<{ endpoint: string; close(): Promise<void> }> {
  const { request } = await import('node:http')
  const server = createHttp1((incoming, outgoing) => {
    const passed = request(
      target,
      { method: incoming.method ?? 'POST', headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(outgoing)
      },
    )
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  await listening(server)
  return {
    endpoint: endpointOf(server),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function listening(server: Server | Http2Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
}

function endpointOf(server: Server | Http2Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
