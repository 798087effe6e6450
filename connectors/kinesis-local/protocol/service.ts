import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../src/contract/clock.ts'
import type { BodyStream, Request, Responder, Response } from '../http/exchange.ts'
import { missingOperations, operations } from '../operations/operations.ts'
import type { LocalStreams } from '../streams/local-streams.ts'
import { jsonWire } from './json-wire.ts'
import { KinesisError } from './kinesis-error.ts'
import type { Wire } from './wire.ts'

const target = 'Kinesis_20131202.'
const eventStream = 'application/vnd.amazon.eventstream'
const contentTypes = new Set([jsonWire.contentType, 'application/json'])

/** Answers requests: finds the wire and the operation that they name, and turns errors into answers. */
export class Service implements Responder {
  readonly #streams: LocalStreams
  readonly #clock: Clock

  constructor(streams: LocalStreams, clock: Clock) {
    this.#streams = streams
    this.#clock = clock
  }

  /** Clients take the time of the service from the header `date`: it must be the one that records arrive at. */
  answer(request: Request): Response {
    const now = this.#clock.now()
    const { status, headers, body } = this.#answer(request, now)
    return { status, headers: { ...headers, date: new Date(now).toUTCString() }, body }
  }

  #answer(request: Request, now: number): Response {
    if (request.method !== 'POST') return unauthorised
    try {
      const wire = wireOf(request)
      if (wire === undefined) return unknownContentType
      checkAuthentication(request)
      const { run } = operationOf(request)
      const body = run(wire.decode(request.body), { wire, streams: this.#streams, now, clock: this.#clock })
      return answered(200, body ?? Buffer.alloc(0), typeof body === 'function' ? eventStream : undefined)
    } catch (error) {
      return failed(error)
    }
  }

  refuseBody(): Response {
    return failed(new KinesisError('RequestEntityTooLargeException', 'The body is larger than 16 MiB.'))
  }
}

function wireOf(request: Request): Wire | undefined {
  const [type = ''] = (request.header('content-type') ?? '').split(';')
  if (type.trim() === 'application/x-amz-cbor-1.1') {
    throw new KinesisError(
      'SerializationException',
      'The embedded Kinesis does not support CBOR yet. Set AWS_CBOR_DISABLE=true (Java 1.x) or aws.cborEnabled=false ' +
        '(Java 2.x) to make the client speak JSON.',
    )
  }
  return contentTypes.has(type.trim()) ? jsonWire : undefined
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

function answered(status: number, body: Buffer | BodyStream, contentType = jsonWire.contentType): Response {
  const id = randomUUID()
  const headers = { 'content-type': contentType, 'x-amzn-requestid': id, 'x-amz-id-2': `${id}${id}` }
  return { status, headers, body }
}

function failed(error: unknown): Response {
  const known =
    error instanceof KinesisError ? error : new KinesisError('InternalFailureException', `Internal: ${error}`)
  const { type, message, status } = known
  const text = type === 'SerializationException' ? { Message: message } : { message }
  return answered(status, Buffer.from(JSON.stringify({ __type: type, ...text })))
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
