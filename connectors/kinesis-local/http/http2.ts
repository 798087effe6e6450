import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { boundedBody } from './bounded-body.ts'
import type { Responder, Response } from './exchange.ts'

/** How much a client may send before it waits for an acknowledgement. The default of 64 KiB slows large puts down. */
const windowSize = 2 ** 20

/** Speaks HTTP/2 without TLS on the connections that it is given. */
export function http2Server(responder: Responder): Http2Server {
  const server = createServer({ settings: { initialWindowSize: windowSize } })
  server.on('session', (session) => {
    session.setLocalWindowSize(windowSize)
    session.on('error', () => session.destroy())
  })
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {})
    respond(stream, headers, responder).catch(() => stream.close(constants.NGHTTP2_CANCEL))
  })
  return server
}

async function respond(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  responder: Responder,
): Promise<void> {
  const body = await boundedBody(stream, headers['content-length'])
  if (body === 'too-large') {
    send(stream, responder.refuseBody())
    stream.close(constants.NGHTTP2_NO_ERROR)
    return
  }
  const { ':method': method = '', ':path': path = '/' } = headers
  const header = (name: string) => headers[name]?.toString()
  send(stream, responder.answer({ method, path, header, body }))
}

function send(stream: ServerHttp2Stream, { status, headers, body }: Response): void {
  if (stream.destroyed) return
  stream.respond({ ...headers, ':status': status, 'content-length': String(body.length) })
  stream.end(body)
}
