import type { Clock, Random } from '../../src/contract/clock.ts'
import { backoffMs } from './backoff.ts'
import { type Failure, failureOf } from './service-failure.ts'

/** A call that is tried again, and for how long. */
export interface Persistence {
  readonly clock: Clock
  readonly random: Random
  /** Ends every attempt and every wait. */
  readonly signal: AbortSignal
  /** How long calls may go without any answer before that counts as an error. */
  readonly patienceMs: number
  /** How long throttles may last, for a call that is refused in the same words for good. Default: for ever. */
  readonly throttlePatienceMs?: number
  /** Awaited before every attempt; not part of its time. */
  turn?(signal: AbortSignal): Promise<void>
  onRetry(failure: Failure & { kind: 'throttled' | 'unavailable' }, waitMs: number): void
}

/** No answer within the patience. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

const attemptTimeoutMs = 30_000

/**
 * Calls until there is an answer: throttles are waited out for as long as they last or may last, a service that does not answer
 * for as long as the patience lasts (then rejects with {@link NoAnswer}). Any other failure rejects as it is; so does
 * the end of the signal.
 */
export async function persist<T>(call: (signal: AbortSignal) => Promise<T>, how: Persistence): Promise<T> {
  const { throttlePatienceMs = Number.POSITIVE_INFINITY } = how
  let silentSince: number | undefined
  let silentFrom = 1
  let throttledSince: number | undefined
  for (let failures = 1; ; failures++) {
    await how.turn?.(how.signal)
    const startedAt = how.clock.now()
    try {
      return await limited(call, how)
    } catch (error) {
      how.signal.throwIfAborted()
      const failure = failureOf(error)
      if (failure.kind === 'iterator-expired' || failure.kind === 'refused') throw error
      if (silentSince === undefined) silentFrom = failures
      silentSince = failure.kind === 'unavailable' ? (silentSince ?? startedAt) : undefined
      if (silentSince !== undefined && how.clock.now() - silentSince >= how.patienceMs) {
        const seconds = Math.round((how.clock.now() - silentSince) / 1000)
        const calls = failures - silentFrom + 1
        throw new NoAnswer(`no answer for ${seconds} s, to ${calls} calls`, { cause: error })
      }
      throttledSince = failure.kind === 'throttled' ? (throttledSince ?? startedAt) : undefined
      if (throttledSince !== undefined && how.clock.now() - throttledSince >= throttlePatienceMs) throw error
      const waitMs = backoffMs(failures, how.random)
      how.onRetry(failure, waitMs)
      await how.clock.sleep(waitMs, how.signal)
      how.signal.throwIfAborted()
    }
  }
}

/** One attempt, ended after the timeout or with the signal, also if the call does not heed that. */
async function limited<T>(call: (signal: AbortSignal) => Promise<T>, how: Persistence): Promise<T> {
  how.signal.throwIfAborted()
  const [attempt, timer] = [new AbortController(), new AbortController()]
  let end = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => {
      attempt.abort(how.signal.reason)
      reject(how.signal.reason)
    }
  })
  how.signal.addEventListener('abort', end, { once: true })
  const timedOut = how.clock.sleep(attemptTimeoutMs, timer.signal).then((): never | Promise<never> => {
    if (timer.signal.aborted) return new Promise<never>(() => {})
    attempt.abort()
    throw Object.assign(new Error(`no answer within ${attemptTimeoutMs / 1000} s`), { name: 'TimeoutError' })
  })
  try {
    return await Promise.race([call(attempt.signal), timedOut, ended])
  } finally {
    // A reason of its own: the default one is an error, with a stack, for every call.
    timer.abort('answered')
    how.signal.removeEventListener('abort', end)
  }
}
