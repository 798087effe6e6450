import { gunzipSync } from 'node:zlib'
import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

/** A request that an endpoint took. */
export interface Taken {
  readonly requestId: string
  readonly timestamp: number
  readonly records: readonly string[]
  readonly attributes: Readonly<Record<string, string>>
  readonly sourceArn: string
}

export interface EndpointOptions {
  readonly accessKey?: string
  /** Whether it passes over requests whose id it has seen. */
  readonly knowsIds?: boolean
}

/** An endpoint as the contract of Firehose's HTTP delivery has it: it checks all that a request must hold. */
export class FirehoseEndpoint {
  readonly taken: Taken[] = []
  /** Changes the answer to a request that was taken. */
  answering: (answer: Answer, request: Taken) => Answer = (answer) => answer
  #server: FaultyServer | undefined
  readonly #options: EndpointOptions

  constructor(options: EndpointOptions = {}) {
    this.#options = options
  }

  static async start(options?: EndpointOptions): Promise<FirehoseEndpoint> {
    const endpoint = new FirehoseEndpoint(options)
    endpoint.#server = await FaultyServer.start((request) => endpoint.#serve(request))
    return endpoint
  }

  get server(): FaultyServer {
    return this.#server!
  }

  #serve(request: Received): Answer {
    const requestId = String(request.headers['x-amz-firehose-request-id'])
    try {
      const taken = takenFrom(request, this.#options.accessKey)
      const known = this.#options.knowsIds && this.taken.some((one) => one.requestId === requestId)
      if (!known) this.taken.push(taken)
      return this.answering(answer(200, { requestId, timestamp: Date.now() }), taken)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      return answer(error.status, { requestId, timestamp: Date.now(), errorMessage: error.message })
    }
  }
}

class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export function answer(status: number, body: object): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}

function takenFrom({ method, headers, body }: Received, accessKey: string | undefined): Taken {
  const expect = (holds: boolean, what: string) => {
    if (!holds) throw new Refused(400, what)
  }
  const requestId = headers['x-amz-firehose-request-id']
  const sent = headers['x-amz-firehose-access-key']
  expect(method === 'POST', 'no POST')
  expect(headers['x-amz-firehose-protocol-version'] === '1.0', 'protocol version')
  expect(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(requestId)), 'the request id is no GUID')
  expect(/^arn:aws:firehose:/.test(String(headers['x-amz-firehose-source-arn'])), 'source ARN')
  expect(headers['content-type'] === 'application/json', 'content type')
  expect(Number(headers['content-length']) === body.length, 'content length')
  expect([undefined, 'gzip'].includes(headers['content-encoding']), 'content encoding')
  // The words of an endpoint may repeat what it was sent.
  if (accessKey !== sent) throw new Refused(401, `the access key ${sent} is not the one`)
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  expect(plain.length <= 64 * 2 ** 20, 'more than 64 MiB')
  const { requestId: inBody, timestamp, records } = JSON.parse(plain.toString())
  expect(inBody === requestId, 'the body has another request id')
  expect(Number.isInteger(timestamp), 'timestamp')
  expect(records.length >= 1 && records.length <= 10_000, 'count of records')
  const datas = records.map(({ data }: { data: string }) => {
    const bytes = Buffer.from(data, 'base64')
    expect(bytes.toString('base64') === data, 'data is not base64')
    return bytes.toString()
  })
  const { commonAttributes = {} } = JSON.parse(String(headers['x-amz-firehose-common-attributes'] ?? '{}'))
  const sourceArn = String(headers['x-amz-firehose-source-arn'])
  return { requestId: String(requestId), timestamp, records: datas, attributes: commonAttributes, sourceArn }
}
