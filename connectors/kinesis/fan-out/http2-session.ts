import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'
import type { Clock } from '../../../src/contract/clock.ts'

/** The answer to a request, as soon as its head is there. */
export interface Http2Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: ClientHttp2Stream
}

/** The other end does not speak HTTP/2. */
export class NotHttp2 extends Error {
  override readonly name = 'NotHttp2'
  /** Worth another try, which then uses HTTP/1.1. */
  readonly code = 'ERR_HTTP2_NOT_SPOKEN'
}

/** One session fails as a whole, so it carries some shards, not all of them. */
const mostStreams = 32
/** What a shard that is not read may have on its way: a quarter of a second of its throughput. */
const streamWindowBytes = 512 * 1024
const betweenQuestionsMs = 1000

/**
 * A connection for subscriptions. Whatever befalls it, every request that it was given settles, and every body that it
 * carries ends or fails.
 */
export class Http2Session {
  /** Resolves once the other end has spoken HTTP/2. */
  readonly #ready: Promise<void>
  readonly #session: ClientHttp2Session
  readonly #clock: Clock
  #streams = 0
  #retired = false
  #asked: { readonly at: number; readonly answered: Promise<number | undefined> } | undefined

  constructor(origin: string, clock: Clock, tls: Pick<SecureClientSessionOptions, 'ca'> = {}) {
    this.#clock = clock
    this.#session = connect(origin, {
      ...tls,
      // In MB. Every stream is bounded by its window; Node would refuse new ones at 10 MB.
      maxSessionMemory: 256,
      settings: { enablePush: false, initialWindowSize: streamWindowBytes, maxFrameSize: 2 ** 17 },
    })
    this.#ready = spoken(this.#session)
    this.#ready.catch(() => this.destroy())
    this.#session.on('connect', () => this.#session.setLocalWindowSize(mostStreams * streamWindowBytes))
    this.#session.on('goaway', () => this.retire())
    this.#session.on('close', () => this.retire())
    // What fails is told by each request.
    this.#session.on('error', () => this.retire())
  }

  /** Whether it takes another request. */
  get hasRoom(): boolean {
    const most = Math.min(mostStreams, this.#session.remoteSettings?.maxConcurrentStreams ?? mostStreams)
    return !this.#retired && this.#streams < most
  }

  get isOver(): boolean {
    return this.#session.destroyed
  }

  /**
   * Sends a request once the other end has spoken HTTP/2, and ends it with the signal. Rejects if no answer comes, and
   * with {@link NotHttp2} if none can.
   */
  async request(
    headers: OutgoingHttpHeaders,
    body: string | Uint8Array,
    signal?: AbortSignal,
  ): Promise<Http2Answer> {
    this.#streams++
    try {
      await this.#ready
      signal?.throwIfAborted()
      return await this.#send(headers, body, signal)
    } catch (error) {
      this.#left()
      throw error
    }
  }

  /**
   * Asks for a sign of life, at most once a second. Resolves with the time at which it was asked, once it was answered:
   * whatever comes after that was sent after that time. With `undefined` if the session is over.
   */
  roundTrip(): Promise<number | undefined> {
    const now = this.#clock.now()
    if (this.#asked !== undefined && Math.abs(now - this.#asked.at) < betweenQuestionsMs)
      return this.#asked.answered
    const answered = new Promise<number | undefined>((resolve) => {
      if (this.#session.destroyed) return resolve(undefined)
      this.#session.ping((error) => resolve(error === null ? now : undefined))
    })
    this.#asked = { at: now, answered }
    return answered
  }

  /** Takes no more requests, and closes after the last one. */
  retire(): void {
    this.#retired = true
    if (this.#streams === 0 && !this.#session.destroyed) this.#session.destroy()
  }

  destroy(): void {
    this.#retired = true
    this.#session.destroy()
  }

  #send(headers: OutgoingHttpHeaders, body: string | Uint8Array, signal?: AbortSignal): Promise<Http2Answer> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request(headers)
      const end = () => stream.destroy(abortError(signal))
      let answered = false
      signal?.addEventListener('abort', end, { once: true })
      stream.on('response', (answer) => {
        answered = true
        resolve(answerOf(answer, stream))
      })
      stream.on('error', reject)
      stream.on('close', () => {
        signal?.removeEventListener('abort', end)
        if (answered) this.#left()
        else reject(unanswered())
      })
      stream.end(body)
    })
  }

  #left(): void {
    this.#streams--
    if (this.#retired && this.#streams === 0) this.#session.destroy()
  }
}

function spoken(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    let connected = false
    session.once('connect', () => {
      connected = true
    })
    session.once('remoteSettings', () => resolve())
    session.once('error', (error: NodeJS.ErrnoException) => {
      const other = connected || error.code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL'
      reject(other ? new NotHttp2('the endpoint does not speak HTTP/2', { cause: error }) : error)
    })
    session.once('close', () => {
      reject(connected ? new NotHttp2('the endpoint does not speak HTTP/2') : unanswered())
    })
  })
}

function answerOf(answer: Record<string, unknown>, body: ClientHttp2Stream): Http2Answer {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer)) {
    if (!name.startsWith(':') && value !== undefined) headers[name] = String(value)
  }
  return { status: Number(answer[constants.HTTP2_HEADER_STATUS] ?? 0), headers, body }
}

function abortError(signal: AbortSignal | undefined): Error {
  const { reason } = signal ?? {}
  return reason instanceof Error ? reason : new DOMException('the request was ended', 'AbortError')
}

function unanswered(): Error {
  return Object.assign(new Error('the connection was closed before an answer came'), {
    code: 'ERR_STREAM_PREMATURE_CLOSE',
  })
}
