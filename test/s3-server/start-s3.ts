import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as after, setImmediate as letOthersRun } from 'node:timers/promises'
import { bodyOf, headersOf, targetOf } from './arrival.ts'
import { type Answer, type Call, type Operation, operationOf } from './call.ts'
import { conflict } from './conditions.ts'
import { type Fault, type FaultPlan, noFaults } from './faults.ts'
import { assertAdmitted } from './gate.ts'
import { operations } from './operations.ts'
import { S3Error } from './s3-error.ts'
import { StoredBucket } from './stored-bucket.ts'
import { document } from './xml.ts'

/** How a server is started. */
export interface S3Options {
  /** The buckets that are there. Default: one, `lake`. */
  readonly buckets?: readonly string[]
  readonly region?: string
  /** Milliseconds since 1970. Default: the time of this machine. */
  readonly now?: () => number
  /** Whether conditions of writes are heeded. Default: yes. */
  readonly conditionalWrites?: boolean
}

/** An S3 that is running in this process, and what tests see and do behind its back. */
export interface S3Server {
  /** Such as `http://127.0.0.1:49152`. */
  readonly endpoint: string
  readonly port: number
  bucket(name: string): StoredBucket
  /** What goes wrong from now on. */
  faults: FaultPlan
  /** The most that one answer of a list has: 1,000, as the service has it, unless a test wants many pages. */
  pageSize: number
  /** The operations that were asked for, in order of their arrival. */
  readonly calls: { readonly operation: Operation; readonly key: string }[]
  close(): Promise<void>
}

/**
 * Starts an S3 on loopback, over HTTP/1.1, with paths and hosts of both styles. Written from the service's public
 * documentation; `test/contract/s3-service.ts` says what it does, and can be run against the service itself.
 */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
  const { buckets = ['lake'], region = 'us-east-1', now = Date.now, conditionalWrites = true } = options
  const stored = new Map(buckets.map((name) => [name, new StoredBucket()]))
  const server: S3Server = {
    endpoint: '',
    port: 0,
    bucket: (name) => stored.get(name)!,
    faults: noFaults,
    pageSize: 1000,
    calls: [],
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
  const http = createServer((request, response) => {
    void serve(request, response).catch(() => request.socket.destroy())
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('Date', new Date(now()).toUTCString())
    response.setHeader('x-amz-request-id', 'LOCAL')
    const { bucketName, key, query } = targetOf(request.url ?? '/', request.headers.host ?? '')
    const operation = operationOf(request.method ?? '', key, query)
    try {
      const bucket = stored.get(bucketName)
      const deletionsAtStart = bucket?.deletionsOf(key) ?? 0
      const headersFirst = headersOf(request)
      const fault = operation && server.faults({ operation, key, headers: headersFirst })
      if (operation !== undefined) server.calls.push({ operation, key })
      if (fault === 'torn' && (await isTorn(request))) return
      const { headers, content } = await bodyOf(request)
      assertAdmitted(headers, region, now())
      if (operation === undefined)
        throw new S3Error(501, 'NotImplemented', 'This server does not know that operation')
      if (bucket === undefined) {
        throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', {
          BucketName: bucketName,
        })
      }
      if (!conditionalWrites) delete headers['if-none-match']
      const { pageSize } = server
      const at = { bucketName, key, query, headers, content, deletionsAtStart, now: now(), pageSize }
      await act({ operation, bucket, ...at }, fault, response)
    } catch (error) {
      if (!(error instanceof S3Error)) throw error
      send(response, refusal(error, key), request.method)
    }
  }

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return Object.assign(server, { endpoint: `http://127.0.0.1:${port}`, port })
}

/** Has the effect of a request and answers it, as far as the fault lets that happen. */
async function act(call: Call, fault: Fault | undefined, response: ServerResponse): Promise<void> {
  const { socket } = response
  const late = typeof fault === 'object' && 'lateMs' in fault ? fault : undefined
  if (typeof fault === 'object' && 'status' in fault) {
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
    throw new S3Error(fault.status, fault.code, 'A fault of the test')
  }
  if (fault === 'silent') return
  if (fault === 'cut-before') return void socket?.destroy()
  if (fault === 'slow-down') throw new S3Error(503, 'SlowDown', 'Please reduce your request rate.')
  if (fault === 'internal-error') throw internalError()
  if (fault === 'conflict') throw conflict()
  if (fault === 'slow') for (let turn = 0; turn < 20; turn += 1) await letOthersRun()
  if (fault === 'error-in-200')
    return send(response, { status: 200, body: refusal(internalError(), '').body! }, 'POST')
  if (late?.effect === 'late') await after(late.lateMs)
  const answer = operations[call.operation](call)
  if (late?.effect === 'at once') await after(late.lateMs)
  if (fault === 'cut-after') return void socket?.destroy()
  if (fault === 'late-error') throw internalError()
  if (fault === 'torn' && answer.body !== undefined) return tear(answer, response)
  const method = call.operation.startsWith('Head') ? 'HEAD' : 'GET'
  send(response, answer, method)
}

const internalError = () =>
  new S3Error(500, 'InternalError', 'We encountered an internal error. Please try again.')

/** Reads the first of a body and ends the connection; `false` for requests without one. */
async function isTorn(request: IncomingMessage): Promise<boolean> {
  if (request.method === 'GET' || request.method === 'HEAD' || request.method === 'DELETE') return false
  await new Promise<void>((resolve) => {
    request.once('data', () => resolve())
    request.once('end', () => resolve())
    request.once('close', () => resolve())
  })
  request.socket.destroy()
  return true
}

function tear({ status, headers, body }: Answer, response: ServerResponse): void {
  const whole = Buffer.from(body!)
  response.writeHead(status, { ...headers, 'Content-Length': String(whole.length) })
  response.write(whole.subarray(0, whole.length >> 1), () => response.socket?.destroy())
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer, method = ''): void {
  const bytes = Buffer.from(body)
  const length = headers['Content-Length'] ?? String(bytes.length)
  const type = typeof body === 'string' && bytes.length > 0 ? { 'Content-Type': 'application/xml' } : {}
  response.writeHead(status, { ...type, ...headers, ...(status !== 204 && { 'Content-Length': length }) })
  response.end(method === 'HEAD' ? undefined : bytes)
}

function refusal({ status, code, message, details }: S3Error, key: string): Answer {
  const region = details['Region']
  return {
    status,
    ...(region !== undefined && { headers: { 'x-amz-bucket-region': region } }),
    body: document('Error', { Code: code, Message: message, Key: key, ...details, RequestId: 'LOCAL' }),
  }
}
