import {
  constants,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Clock } from '../../../src/contract/clock.ts'
import { Backlog } from './backlog.ts'
import { boundedBody } from './bounded-body.ts'
import type { Responder, Response } from './exchange.ts'
import { sendStream } from './send-stream.ts'
import { Turns } from './turns.ts'

/** How much a client may send before it waits for an acknowledgement. The default of 64 KiB slows large puts down. */
const windowSize = 2 ** 20

/** A client may subscribe to that many shards over one connection. */
const mostStreams = 1000

/** Each request may bring a body, which is held until it is answered. The others wait with their clients. */
const mostRequests = 32

/** In MB. What is sent is bounded for each stream; Node would refuse new streams while 10 MB are on their way. */
const sessionMemory = 4096

/** Speaks HTTP/2 without TLS on the connections that it is given. */
export function http2Server(responder: Responder, clock: Clock): Http2Server {
  const server = createServer({
    settings: { initialWindowSize: windowSize, maxConcurrentStreams: mostStreams },
    maxSessionMemory: sessionMemory,
  })
  server.on('session', (session) => {
    const backlog = new Backlog()
    const turns = new Turns(mostRequests)
    session.setLocalWindowSize(windowSize)
    session.on('error', () => session.destroy())
    session.on('stream', (stream, headers) => {
      stream.on('error', () => {})
      respond(stream, headers, responder, { backlog, turns, clock }).catch(() =>
        stream.close(constants.NGHTTP2_INTERNAL_ERROR),
      )
    })
  })
  return server
}

/** What the streams of one connection share. */
interface Connection {
  readonly backlog: Backlog
  readonly turns: Turns
  readonly clock: Clock
}

async function respond(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  responder: Responder,
  { backlog, turns, clock }: Connection,
): Promise<void> {
  const { body, answer } = await turns.run(async () => {
    await backlog.caughtUp()
    const body = await boundedBody(stream, headers['content-length'])
    const { ':method': method = '', ':path': path = '/' } = headers
    const header = (name: string) => headers[name]?.toString()
    const answer = await backlog.answer(() =>
      body === 'too-large' ? responder.refuseBody() : responder.answer({ method, path, header, body }),
    )
    return { body, answer }
  })
  await send(stream, answer, backlog, clock)
  if (body === 'too-large') stream.close(constants.NGHTTP2_NO_ERROR)
}

async function send(
  stream: ServerHttp2Stream,
  answer: Response,
  backlog: Backlog,
  clock: Clock,
): Promise<void> {
  const { status, headers, body } = answer
  const gone = new AbortController()
  const leave = () => {
    backlog.sent(answer)
    gone.abort()
  }
  if (stream.closed) leave()
  else stream.on('close', leave)
  if (typeof body === 'function') {
    if (!stream.closed) stream.respond({ ...headers, ':status': status })
    await sendStream(stream, body, gone.signal, clock)
  } else if (!stream.closed) {
    stream.respond({ ...headers, ':status': status, 'content-length': String(body.length) })
    stream.end(body)
  }
}
