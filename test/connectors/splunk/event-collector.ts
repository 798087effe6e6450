import { type Answer, FaultyServer, type Received } from '../delivery/faulty-server.ts'

export interface Indexed {
  readonly time?: number
  readonly event: unknown
  readonly fields?: Readonly<Record<string, string>>
  readonly [name: string]: unknown
}

/** A collector as Splunk's documentation of its HTTP Event Collector describes it. */
export class EventCollector {
  readonly indexed: Indexed[] = []
  /** Whether the token asks for acknowledgement. */
  acknowledges = true
  /** How often it must be asked before events are indexed. */
  asksBefore = 1
  /** Which events it takes for wrong. */
  isWrong: (event: unknown) => boolean = () => false
  readonly #token: string
  /** By channel and number: how often it must still be asked. */
  readonly #acks = new Map<string, number>()
  readonly #numbers = new Map<string, number>()
  #server: FaultyServer | undefined

  constructor(token: string) {
    this.#token = token
  }

  static async start(token: string): Promise<EventCollector> {
    const collector = new EventCollector(token)
    collector.#server = await FaultyServer.start((request) => collector.#serve(request))
    return collector
  }

  get server(): FaultyServer {
    return this.#server!
  }

  #serve({ method, path, headers, body }: Received): Answer {
    const url = new URL(path, 'http://collector')
    if (method !== 'POST') return answer(405, {})
    if (headers.authorization !== `Splunk ${this.#token}`)
      return answer(403, { text: `Invalid token ${headers.authorization}`, code: 4 })
    const channel = headers['x-splunk-request-channel'] ?? url.searchParams.get('channel')
    if (this.acknowledges && channel == null)
      return answer(400, { text: 'Data channel is missing', code: 10 })
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(String(channel)))
      return answer(400, { text: 'Invalid data channel', code: 11 })
    if (url.pathname === '/services/collector/ack') return this.#answerAck(String(channel), body)
    const events =
      url.pathname === '/services/collector/event' ? eventsIn(body) : linesIn(body, url.searchParams)
    if (events.length === 0) return answer(400, { text: 'No data', code: 5 })
    const wrong = events.findIndex(({ event }) => this.isWrong(event))
    if (wrong >= 0)
      return answer(400, { text: 'Invalid data format', code: 6, 'invalid-event-number': wrong })
    this.indexed.push(...events)
    if (!this.acknowledges) return answer(200, { text: 'Success', code: 0 })
    const ackId = this.#numbers.get(String(channel)) ?? 0
    this.#numbers.set(String(channel), ackId + 1)
    this.#acks.set(`${channel} ${ackId}`, this.asksBefore)
    return answer(200, { text: 'Success', code: 0, ackId })
  }

  /** An acknowledgement is forgotten once it was given. */
  #answerAck(channel: string, body: Buffer): Answer {
    if (!this.acknowledges) return answer(400, { text: 'ACK is disabled', code: 14 })
    const { acks } = JSON.parse(body.toString()) as { acks: number[] }
    const states = acks.map((id) => {
      const key = `${channel} ${id}`
      const left = this.#acks.get(key)
      if (left === 0) this.#acks.delete(key)
      else if (left !== undefined) this.#acks.set(key, left - 1)
      return [id, left === 0]
    })
    return answer(200, { acks: Object.fromEntries(states) })
  }
}

function eventsIn(body: Buffer): Indexed[] {
  const lines = body.toString().split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

function linesIn(body: Buffer, metadata: URLSearchParams): Indexed[] {
  const lines = body.toString().split('\n')
  return lines.filter((line) => line !== '').map((event) => ({ event, ...Object.fromEntries(metadata) }))
}

function answer(status: number, body: object): Answer {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
}
