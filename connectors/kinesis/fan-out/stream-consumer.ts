import type { SourceContext } from '../../../src/contract/source.ts'
import { MillraceError } from '../../../src/errors.ts'
import { type StreamPlace, serviceError } from '../service-error.ts'
import { failureOf } from '../service-failure.ts'
import type { FanOutApi, RegisteredConsumer } from './fan-out-api.ts'
import { callInTime } from './in-time.ts'

/** What a consumer belongs to. */
export interface ConsumerParts {
  readonly api: FanOutApi
  readonly name: string
  readonly streamArn: string
  readonly place: StreamPlace
  readonly context: SourceContext
}

const betweenLooksMs = 1000
const callMs = 30_000
/** The limit on calls a second passes; that on the consumers of a stream has the same name and does not. */
const limitPatienceMs = 30_000
const limitPatienceTimes = 8

/** What is to be done, given what is registered under the name. */
export function consumerStep(
  found: Pick<RegisteredConsumer, 'status'> | undefined,
): 'register' | 'wait' | 'use' {
  if (found === undefined) return 'register'
  return found.status === 'ACTIVE' ? 'use' : 'wait'
}

/**
 * The consumer of a source: registered if it is not there, and never removed. One that is being created or removed is
 * looked at again, at most once a second however many shards ask.
 */
export class StreamConsumer {
  readonly name: string
  readonly #parts: ConsumerParts
  #active: string | undefined
  #looking: Promise<string | undefined> | undefined
  #lookAgainAt = Number.NEGATIVE_INFINITY
  #limited: { readonly since: number; readonly times: number } | undefined

  constructor(parts: ConsumerParts) {
    this.name = parts.name
    this.#parts = parts
  }

  /**
   * Its ARN; `undefined` as long as it is not active. `registers` says whether to register it if it is not there.
   *
   * @throws MillraceError `CONSUMER_LIMIT`, `ACCESS_DENIED` or another refusal.
   */
  async arn(registers: boolean): Promise<string | undefined> {
    if (this.#active !== undefined) return this.#active
    if (this.#looking === undefined && this.#now < this.#lookAgainAt) return undefined
    this.#looking ??= this.#look(registers).finally(() => {
      this.#looking = undefined
      this.#lookAgainAt = this.#now + betweenLooksMs
    })
    return this.#looking
  }

  /** The service does not know it, or not as active: to be looked at again. */
  gone(): void {
    this.#active = undefined
  }

  async #look(registers: boolean): Promise<string | undefined> {
    const found = await this.#tried('DescribeStreamConsumer', (signal) => this.#found(signal))
    if (found === 'later') return undefined
    const step = consumerStep(found)
    if (step !== 'register') this.#limited = undefined
    if (step === 'use') this.#active = found!.arn
    if (step === 'register' && registers) await this.#register()
    return this.#active
  }

  async #found(signal: AbortSignal): Promise<RegisteredConsumer | undefined> {
    const { api, name, streamArn } = this.#parts
    try {
      return await api.consumer(streamArn, name, signal)
    } catch (error) {
      if (nameOf(error) === 'ResourceNotFoundException') return undefined
      throw error
    }
  }

  async #register(): Promise<void> {
    const { api, name, streamArn, context } = this.#parts
    const made = await this.#tried('RegisterStreamConsumer', (signal) =>
      api.register(streamArn, name, signal),
    )
    if (made === 'later') return
    this.#limited = undefined
    context.log.info('registered a consumer; it is kept until `millrace consumers remove`', {
      source: context.name,
      consumer: name,
    })
  }

  /** What a call gives; `'later'` if it may succeed another time. */
  async #tried<R>(action: string, call: (signal: AbortSignal) => Promise<R>): Promise<R | 'later'> {
    const { clock, signal } = this.#parts.context
    try {
      return await callInTime(call, { ms: callMs, clock, signal })
    } catch (error) {
      signal.throwIfAborted()
      if (nameOf(error) === 'LimitExceededException' && action === 'RegisterStreamConsumer')
        return this.#over(error)
      // Somebody else is registering it; or the stream is gone, which reading will say.
      if (nameOf(error) === 'ResourceInUseException' || nameOf(error) === 'ResourceNotFoundException')
        return 'later'
      const failure = failureOf(error)
      if (failure.kind !== 'refused') return 'later'
      throw this.#refused(action, error)
    }
  }

  #over(cause: unknown): 'later' {
    const { since, times } = this.#limited ?? { since: this.#now, times: 0 }
    this.#limited = { since, times: times + 1 }
    if (times < limitPatienceTimes || this.#now - since < limitPatienceMs) return 'later'
    throw new MillraceError(
      'CONSUMER_LIMIT',
      `the stream takes no consumer ${this.name} (${wordsOf(cause)})`,
      {
        where: { stream: this.#parts.place.stream },
        cause,
      },
    )
  }

  #refused(action: string, cause: unknown): MillraceError {
    const refusal = serviceError(cause, this.#parts.place)
    if (refusal.code !== 'ACCESS_DENIED') return refusal
    return new MillraceError('ACCESS_DENIED', `kinesis:${action} is not allowed (${wordsOf(cause)})`, {
      where: refusal.where,
      cause,
    })
  }

  get #now(): number {
    return this.#parts.context.clock.now()
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : ''
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
