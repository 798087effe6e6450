import { randomUUID } from 'node:crypto'
import { type Encode, encoderOf } from '../../src/contract/codec.ts'
import { destinationUrl } from '../../src/contract/http.ts'
import type { RequestDestination } from '../../src/contract/request-destination.ts'
import { MillraceError, reasons } from '../../src/errors.ts'
import { type Duration, milliseconds } from '../../src/units.ts'
import { type Collector, openCollector } from './open-collector.ts'

/** Where events go. */
export interface SplunkOptions<in T> {
  /** Of the HTTP Event Collector, without `/services/…`; messages show its origin alone. */
  readonly url: string
  /** Of the collector. A function is asked for each request. Shown nowhere. */
  readonly token: string | (() => string)
  /** `'event'` (default) sends JSON with the time of each record; `'raw'` sends lines, of which Splunk makes events. */
  readonly endpoint?: 'event' | 'raw'
  /** What an event is made of: any JSON for `'event'`, a text without line breaks for `'raw'`. Default: JSON of the row. */
  readonly encode?: Encode<T>
  /** What Splunk notes of the events. Default: what the token says. */
  readonly metadata?: {
    readonly index?: string
    readonly source?: string
    readonly sourcetype?: string
    readonly host?: string
  }
  /** With `'event'`: an indexed field for the id of the record, by which a search tells those that came twice. Default: none. */
  readonly idField?: string
  /**
   * How long to wait for the acknowledgement that events are indexed, before they are sent again. Default `'180s'`.
   * `false` counts events as arrived when they are received, for tokens without acknowledgement.
   */
  readonly acknowledge?: Duration | false
}

/**
 * The HTTP Event Collector of Splunk. Events have arrived when Splunk acknowledges that they are indexed.
 *
 * Splunk does not know events again, so that those whose acknowledgement was lost show twice: at least once.
 *
 * @throws MillraceError `OPTION_INVALID` for options that make no sense; while running, for a token without acknowledgement.
 * @example
 * const orders = splunk({
 *   url: 'https://http-inputs.example:8088',
 *   token: 'from-a-secret-store',
 *   metadata: { sourcetype: 'orders' },
 *   idField: 'record_id',
 * })
 * orders.description.detail // 'events at https://http-inputs.example:8088'
 */
export function splunk<T>(options: SplunkOptions<T>): RequestDestination<T> {
  const { endpoint = 'event', token, metadata = {}, idField, acknowledge = '180s' } = options
  const url = destinationUrl(options.url, 'the url of splunk(…)', true)
  if (endpoint !== 'event' && endpoint !== 'raw') throw invalid(`endpoint is ${JSON.stringify(endpoint)}`)
  if (endpoint === 'raw' && idField !== undefined)
    throw invalid('lines have no fields: `idField` needs "event"')
  const encode = encoding(options.encode, endpoint)
  const acknowledgeMs = acknowledge === false ? undefined : durationOf(acknowledge)
  const collector: Collector = { url, token, endpoint, metadata, idField, acknowledgeMs, channel: randomUUID }
  return {
    kind: 'requests',
    description: {
      kind: 'splunk',
      detail: `${endpoint === 'event' ? 'events' : 'lines'} at ${url.origin}`,
      guarantee: 'at-least-once',
      because:
        'an acknowledgement may be lost, and Splunk does not know events again; `idField` names those that come twice',
    },
    limits: { records: 10_000, bytes: 5 * 2 ** 20, recordBytes: 2 ** 20 },
    buffer: { size: '5MiB', interval: '60s' },
    atOnce: 4,
    encode: (row) => ({ data: encode(row) }),
    open: async (context) => openCollector(collector, context),
  }
}

/** JSON of a row is an event, and a line. What the job makes of a row is looked at. */
function encoding<T>(encode: Encode<T> | undefined, endpoint: 'event' | 'raw'): (row: T) => Uint8Array {
  if (encode === undefined) return (row) => Buffer.from(JSON.stringify(row) ?? 'null')
  const encoder = encoderOf(encode)
  return (row) => {
    const data = encoder.encode(row)
    if (endpoint === 'event') JSON.parse(Buffer.from(data).toString())
    else if (data.includes(0x0a) || data.includes(0x0d)) throw new TypeError('a line has a line break in it')
    return data
  }
}

function durationOf(acknowledge: Duration): number {
  try {
    return milliseconds(acknowledge)
  } catch (cause) {
    throw invalid(`acknowledge: ${reasons(cause)[0]}`)
  }
}

function invalid(message: string): MillraceError {
  return new MillraceError('OPTION_INVALID', `splunk(…): ${message}`)
}
