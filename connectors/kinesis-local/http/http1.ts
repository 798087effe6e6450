import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock } from '../../../src/contract/clock.ts'
import { Backlog } from './backlog.ts'
import { boundedBody } from './bounded-body.ts'
import type { BodyStream, Responder, Response } from './exchange.ts'
import { sendStream } from './send-stream.ts'

/** Speaks HTTP/1.1 on the connections that it is given. */
export function http1Server(responder: Responder, clock: Clock): Server {
  const backlogs = new WeakMap<Socket, Backlog>()
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    const backlog = backlogs.get(request.socket) ?? new Backlog()
    backlogs.set(request.socket, backlog)
    respond(request, response, responder, backlog, clock).catch(() => response.destroy())
  })
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  responder: Responder,
  backlog: Backlog,
  clock: Clock,
): Promise<void> {
  await backlog.caughtUp()
  const { headers, method = '', url: path = '/' } = request
  const body = await boundedBody(request, headers['content-length'])
  const header = (name: string) => headers[name]?.toString()
  const answer = await backlog.answer(() =>
    body === 'too-large' ? responder.refuseBody() : responder.answer({ method, path, header, body }),
  )
  response.on('close', () => backlog.sent(answer))
  await send(response, answer, body === 'too-large' ? { connection: 'close' } : {}, clock)
}

async function send(
  response: ServerResponse,
  { status, headers, body }: Response,
  extra: Record<string, string>,
  clock: Clock,
): Promise<void> {
  if (typeof body === 'function') {
    response.writeHead(status, { ...headers, ...extra })
    response.flushHeaders()
    return stream(response, body, clock)
  }
  response.writeHead(status, { ...headers, ...extra, 'content-length': String(body.length) })
  response.end(body)
}

/** An answer whose turn has not come on its connection is not told of its end, so the connection is asked. */
async function stream(response: ServerResponse, body: BodyStream, clock: Clock): Promise<void> {
  const { socket } = response.req
  const gone = new AbortController()
  const leave = () => gone.abort()
  response.on('close', leave)
  socket.on('close', leave)
  if (socket.destroyed) leave()
  try {
    await sendStream(response, body, gone.signal, clock)
  } finally {
    socket.off('close', leave)
  }
}
