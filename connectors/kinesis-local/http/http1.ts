import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { boundedBody } from './bounded-body.ts'
import type { Responder, Response } from './exchange.ts'

/** Speaks HTTP/1.1 on the connections that it is given. */
export function http1Server(responder: Responder): Server {
  return createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    respond(request, response, responder).catch(() => response.destroy())
  })
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  responder: Responder,
): Promise<void> {
  const { headers, method = '', url: path = '/' } = request
  const body = await boundedBody(request, headers['content-length'])
  if (body === 'too-large') {
    send(response, responder.refuseBody(), { connection: 'close' })
    return
  }
  const header = (name: string) => headers[name]?.toString()
  send(response, responder.answer({ method, path, header, body }))
}

function send(
  response: ServerResponse,
  { status, headers, body }: Response,
  extra: Record<string, string> = {},
) {
  response.writeHead(status, { ...headers, ...extra, 'content-length': String(body.length) })
  response.end(body)
}
