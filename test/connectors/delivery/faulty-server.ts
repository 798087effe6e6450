import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A request as it came. */
export interface Received {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/**
 * What happens to a request: it is done and its answer lost; the connection breaks before it is done; it is not done and
 * refused for now; it is done and never answered.
 */
export type Trouble = 'lost-answer' | 'reset' | 'unavailable' | 'silent'

/** A server over HTTP that does what a service does, and has troubles on the way. */
export class FaultyServer {
  /** What befalls the next requests, in turn; `undefined` for one that goes well. */
  troubles: (Trouble | undefined)[] = []
  /** What befalls all after them. */
  trouble: Trouble | undefined
  readonly requests: Received[] = []
  /** Called for each request before anything is done with it. */
  onRequest: (request: Received) => void = () => {}
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(server: Server) {
    this.#server = server
    server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(serve: (request: Received) => Answer | Promise<Answer>): Promise<FaultyServer> {
    const server = createServer()
    const faulty = new FaultyServer(server)
    server.on('request', async (incoming, outgoing) => {
      const { method = '', url: path = '', headers } = incoming
      try {
        await faulty.#serve({ method, path, headers, body: await buffer(incoming) }, outgoing, serve)
      } catch {
        outgoing.socket?.destroy()
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return faulty
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(
    request: Received,
    outgoing: ServerResponse,
    serve: (request: Received) => Answer | Promise<Answer>,
  ): Promise<void> {
    this.requests.push(request)
    this.onRequest(request)
    const trouble = this.troubles.length > 0 ? this.troubles.shift() : this.trouble
    if (trouble === 'reset') return void outgoing.socket?.destroy()
    const answer = trouble === 'unavailable' ? { status: 503, body: 'not now' } : await serve(request)
    if (trouble === 'lost-answer') return void outgoing.socket?.destroy()
    if (trouble === 'silent') return
    const { status, headers = {}, body = '' } = answer
    outgoing.writeHead(status, { 'Content-Length': String(Buffer.byteLength(body)), ...headers }).end(body)
  }
}
