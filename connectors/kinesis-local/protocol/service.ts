import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../src/contract/clock.ts'
import type { BodyStream, Request, Responder, Response } from '../http/exchange.ts'
import type { Backend, Call, Operation } from '../operations/operation.ts'
import { missingOperations, operations } from '../operations/operations.ts'
import { cborWire } from './cbor-wire.ts'
import type { Interference } from './interference.ts'
import { jsonWire } from './json-wire.ts'
import { KinesisError } from './kinesis-error.ts'
import { streamNameIn } from './stream-name-in.ts'
import type { Wire } from './wire.ts'

const target = 'Kinesis_20131202.'
const eventStream = 'application/vnd.amazon.eventstream'
const wires: ReadonlyMap<string, Wire> = new Map([
  [jsonWire.contentType, jsonWire],
  ['application/json', jsonWire],
  [cborWire.contentType, cborWire],
])

/** Answers requests: finds the wire and the operation that they name, and turns errors into answers. */
export class Service implements Responder {
  readonly #backend: Backend
  readonly #clock: Clock
  readonly #interference: Interference

  constructor(backend: Backend, clock: Clock, interference: Interference) {
    this.#backend = backend
    this.#clock = clock
    this.#interference = interference
  }

  /** Clients take the time of the service from the header `date`: it must be the one that records arrive at. */
  answer(request: Request): Response {
    const now = this.#clock.now()
    const response = this.#answer(request, now)
    return { ...response, headers: { ...response.headers, date: new Date(now).toUTCString() } }
  }

  #answer(request: Request, now: number): Response {
    if (request.method !== 'POST') return unauthorised
    const wire = wireOf(request)
    if (wire === undefined) return unknownContentType
    try {
      checkAuthentication(request)
      const operation = operationOf(request)
      const input = wire.decode(request.body)
      this.#checkRate(operation.name, input, now)
      const { disturbance } = this.#interference
      const call = { ...this.#backend, wire, now, clock: this.#clock, disturbance }
      return this.#interference.around(operation.name, input, call, () => done(operation, input, call))
    } catch (error) {
      return failed(error, wire)
    }
  }

  #checkRate(operation: string, input: unknown, now: number): void {
    const stream = streamNameIn(input)
    if (this.#backend.limits.mayCall(operation, stream, now)) return
    const what = stream === undefined ? '' : ` for stream ${stream}`
    throw new KinesisError(
      'LimitExceededException',
      `Rate of ${operation} exceeded${what} under account 000000000000.`,
    )
  }

  refuseBody(): Response {
    return failed(
      new KinesisError('RequestEntityTooLargeException', 'The body is larger than 16 MiB.'),
      jsonWire,
    )
  }
}

function wireOf(request: Request): Wire | undefined {
  const [type = ''] = (request.header('content-type') ?? '').split(';')
  return wires.get(type.trim())
}

/** Signatures are not verified, but a request without one is as wrong here as it is at the service. */
function checkAuthentication(request: Request): void {
  const signed = request.header('authorization') !== undefined || /[?&]X-Amz-Signature=/i.test(request.path)
  if (!signed) throw new KinesisError('MissingAuthenticationTokenException', 'Missing Authentication Token')
}

function operationOf(request: Request) {
  const wanted = request.header('x-amz-target') ?? ''
  const name = wanted.startsWith(target) ? wanted.slice(target.length) : ''
  const operation = operations.get(name)
  if (operation !== undefined) return operation
  throw new KinesisError(
    'UnknownOperationException',
    missingOperations.has(name)
      ? `The embedded Kinesis does not support ${name} yet. It supports ${[...operations.keys()].join(', ')}.`
      : `There is no operation ${JSON.stringify(wanted.slice(0, 200))}.`,
  )
}

function answered(status: number, body: Buffer | BodyStream, contentType: string): Response {
  const id = randomUUID()
  const headers = { 'content-type': contentType, 'x-amzn-requestid': id, 'x-amz-id-2': `${id}${id}` }
  return { status, headers, body }
}

function done({ run }: Operation, input: unknown, call: Call): Response {
  const { wire } = call
  try {
    const body = run(input, call) ?? Buffer.alloc(0)
    return answered(200, body, typeof body === 'function' ? eventStream : wire.contentType)
  } catch (error) {
    return failed(error, wire)
  }
}

function failed(error: unknown, wire: Wire): Response {
  const known =
    error instanceof KinesisError ? error : new KinesisError('InternalFailureException', `Internal: ${error}`)
  const { type, message, status } = known
  const text = type === 'SerializationException' ? { Message: message } : { message }
  return answered(status, wire.encode({ __type: type, ...text }), wire.contentType)
}

const unauthorised = answered(
  403,
  Buffer.from(
    '<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n' +
      '</AccessDeniedException>\n',
  ),
  'application/xml',
)

const unknownContentType = answered(404, Buffer.from('<UnknownOperationException/>\n'), 'application/xml')
