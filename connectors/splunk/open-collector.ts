import { type HttpAnswer, retryAfterMs } from '../../src/contract/http.ts'
import {
  type Delivery,
  DestinationFailure,
  type RequestBatch,
  type RequestContext,
  type RequestSession,
} from '../../src/contract/request-destination.ts'
import { MillraceError } from '../../src/errors.ts'
import { eventsBody, linesBody } from './collector-body.ts'
import type { SplunkOptions } from './splunk.ts'

/** A collector and how it is written. */
export interface Collector extends Required<Pick<SplunkOptions<never>, 'token' | 'endpoint' | 'metadata'>> {
  readonly url: URL
  readonly idField: string | undefined
  /** `undefined` where events count as arrived when they are received. */
  readonly acknowledgeMs: number | undefined
  /** Makes the name of a channel, a UUID: acknowledgements are numbered in each. */
  readonly channel: () => string
}

const timeoutMs = 180_000
const maxAnswerBytes = 2 ** 20
const firstPollMs = 1_000
const longestPollMs = 10_000

/** Sends batches to a collector and waits until they are indexed. */
export function openCollector(collector: Collector, context: RequestContext): RequestSession {
  const channel = collector.channel()
  let token = ''
  const call = async (path: string, body: Uint8Array, type: string, signal: AbortSignal) => {
    const headers = {
      Authorization: `Splunk ${token}`,
      'Content-Type': type,
      'X-Splunk-Request-Channel': channel,
    }
    const url = new URL(`${collector.url.pathname.replace(/\/$/, '')}${path}`, collector.url)
    return context.http({ method: 'POST', url, headers, body, timeoutMs, maxAnswerBytes }, signal)
  }
  return {
    get secrets() {
      return [token]
    },
    send: async (batch, signal) => {
      token = typeof collector.token === 'function' ? collector.token() : collector.token
      const events = collector.endpoint === 'event'
      const body = events ? eventsBody(batch, collector) : linesBody(batch)
      const path = events
        ? '/services/collector/event'
        : `/services/collector/raw?${inQuery(collector.metadata)}`
      const answer = await call(path, body, events ? 'application/json' : 'text/plain', signal)
      const said = collectorAnswer(answer)
      const refused = answer.status === 200 ? undefined : refusal(batch, answer, said)
      if (refused !== undefined) return refused
      if (collector.acknowledgeMs !== undefined) {
        const ask = (id: number) =>
          call(
            '/services/collector/ack',
            Buffer.from(JSON.stringify({ acks: [id] })),
            'application/json',
            signal,
          )
        await acknowledged(ackId(said), collector.acknowledgeMs, ask, context, signal)
      }
      return { refused: [], again: [] }
    },
    close: async () => {},
  }
}

/** What a collector says, whatever it means. */
interface Said {
  readonly text?: unknown
  readonly code?: unknown
  readonly ackId?: unknown
  readonly 'invalid-event-number'?: unknown
  readonly acks?: Readonly<Record<string, unknown>>
}

/**
 * What follows from an answer that is none of success. An event that is wrong is named by its number; the others are sent
 * again without it. Everything else may be otherwise the next time.
 */
function refusal({ records }: RequestBatch, answer: HttpAnswer, said: Said): Delivery {
  const why = {
    code: `Splunk.${said.code ?? `Http${answer.status}`}`,
    message: `${answer.status}: ${said.text ?? ''}`,
  }
  const number = said['invalid-event-number']
  const only = records.length === 1 && aboutEvents.has(Number(said.code)) ? 0 : undefined
  const wrong = answer.status === 400 && Number.isInteger(number) ? Number(number) : only
  if (wrong === undefined || wrong < 0 || wrong >= records.length)
    throw new DestinationFailure(why.code, why.message, { retryAfterMs: retryAfterMs(answer) })
  const fields = { EventId: records[wrong]!.id }
  const others = records.flatMap((_, index) => (index === wrong ? [] : [{ index, ...why }]))
  return { refused: [{ index: wrong, ...why, fields }], again: others }
}

/** No data, a wrong format, no event in it, an empty one, a wrong value of fields. */
const aboutEvents = new Set([5, 6, 12, 13, 15])

/** Waits until the events are indexed. */
async function acknowledged(
  id: number,
  withinMs: number,
  ask: (id: number) => Promise<HttpAnswer>,
  { clock }: Pick<RequestContext, 'clock'>,
  signal: AbortSignal,
): Promise<void> {
  const until = clock.now() + withinMs
  for (let pauseMs = firstPollMs; ; pauseMs = Math.min(longestPollMs, 2 * pauseMs)) {
    const answer = await ask(id).catch(unanswered)
    if (answer?.status === 200 && collectorAnswer(answer).acks?.[String(id)] === true) return
    if (clock.now() >= until)
      throw new DestinationFailure('Splunk.AckTimeout', `no acknowledgement within ${withinMs / 1000} s`)
    await clock.sleep(Math.min(pauseMs, until - clock.now()), signal)
    signal.throwIfAborted()
  }
}

/** Asking again is better than sending events again. */
function unanswered(error: unknown): undefined {
  if (!(error instanceof DestinationFailure)) throw error
}

function ackId({ ackId: id }: Said): number {
  if (Number.isInteger(id)) return Number(id)
  throw new MillraceError(
    'OPTION_INVALID',
    'the token of splunk(…) has no indexer acknowledgement: enable it in Splunk, or say acknowledge: false',
  )
}

function collectorAnswer({ body }: HttpAnswer): Said {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString())
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function inQuery(metadata: Collector['metadata']): string {
  return new URLSearchParams(Object.entries(metadata)).toString()
}
