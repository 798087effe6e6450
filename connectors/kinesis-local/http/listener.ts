import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '../../../src/contract/clock.ts'
import { MillraceError } from '../../../src/errors.ts'
import type { Responder } from './exchange.ts'
import { http1Server } from './http1.ts'
import { http2Server } from './http2.ts'

const http2Preface = Buffer.from('PRI * HTTP/2.0')

/** One port for both versions of HTTP. */
export interface Listener {
  readonly port: number
  /** Ends all connections. */
  close(): Promise<void>
}

/**
 * Listens on a port. The first bytes of a connection tell which HTTP it speaks: clients of HTTP/2 without TLS open with
 * a fixed preface that is no request of HTTP/1.1.
 *
 * @throws MillraceError PORT_TAKEN, or OPTION_INVALID for an address that this machine does not have.
 */
export async function listen(
  port: number,
  host: string,
  responder: Responder,
  clock: Clock,
): Promise<Listener> {
  const http1 = http1Server(responder, clock)
  const http2 = http2Server(responder, clock)
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    whenRecognised(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit('connection', socket))
  })
  await bound(server, port, host)
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Waits for as many bytes as it takes to tell the versions apart, and puts them back. */
function whenRecognised(socket: Socket, found: (isHttp2: boolean) => void): void {
  let seen: Buffer = Buffer.alloc(0)
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    seen = Buffer.concat([seen, chunk])
    const compared = Math.min(seen.length, http2Preface.length)
    const matches = seen.subarray(0, compared).equals(http2Preface.subarray(0, compared))
    if (matches && compared < http2Preface.length) return
    socket.off('readable', look)
    socket.unshift(seen)
    found(matches)
  }
  socket.on('readable', look)
}

function bound(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // It stays: a connection that cannot be accepted later on must not end the process.
    server.on('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'PORT_TAKEN' : 'OPTION_INVALID'
      reject(new MillraceError(code, `the embedded Kinesis cannot listen on ${host}:${port}`, { cause }))
    })
    server.listen(port, host, resolve)
  })
}
