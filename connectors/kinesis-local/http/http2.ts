import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { Backlog } from './backlog.ts'
import { boundedBody } from './bounded-body.ts'
import type { Responder, Response } from './exchange.ts'

/** How much a client may send before it waits for an acknowledgement. The default of 64 KiB slows large puts down. */
const windowSize = 2 ** 20

/** Each may bring a body, which is held until it is whole. */
const mostStreams = 100

/** Speaks HTTP/2 without TLS on the connections that it is given. */
export function http2Server(responder: Responder): Http2Server {
  const server = createServer({
    settings: { initialWindowSize: windowSize, maxConcurrentStreams: mostStreams },
  })
  server.on('session', (session) => {
    const backlog = new Backlog()
    session.setLocalWindowSize(windowSize)
    session.on('error', () => session.destroy())
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      respond(stream, headers, responder, backlog).catch(() => stream.close(constants.NGHTTP2_CANCEL))
    })
  })
  return server
}

async function respond(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  responder: Responder,
  backlog: Backlog,
): Promise<void> {
  await backlog.caughtUp()
  const body = await boundedBody(stream, headers['content-length'])
  const { ':method': method = '', ':path': path = '/' } = headers
  const header = (name: string) => headers[name]?.toString()
  const answer = await backlog.answer(() =>
    body === 'too-large' ? responder.refuseBody() : responder.answer({ method, path, header, body }),
  )
  if (stream.closed) return backlog.sent(answer)
  stream.on('close', () => backlog.sent(answer))
  send(stream, answer)
  if (body === 'too-large') stream.close(constants.NGHTTP2_NO_ERROR)
}

function send(stream: ServerHttp2Stream, { status, headers, body }: Response): void {
  stream.respond({ ...headers, ':status': status, 'content-length': String(body.length) })
  stream.end(body)
}
