import type { Clock, Random } from '../../src/contract/clock.ts'
import { backoffMs } from './backoff.ts'
import { failureOf } from './service-failure.ts'

/** How long and by which clock a call is tried again. */
export interface Persistence {
  readonly clock: Clock
  readonly random: Random
  /** How long a call may go without success before that counts as an error. */
  readonly patienceMs: number
}

/** No success within the patience. */
export class NoSuccess extends Error {
  override readonly name = 'NoSuccess'
}

const attemptTimeoutMs = 30_000

/**
 * Calls until there is an answer. Failures that may pass, throttles among them, are waited out as long as the patience
 * lasts (then rejects with {@link NoSuccess}); any other failure rejects as it is.
 */
export async function persist<T>(call: (signal: AbortSignal) => Promise<T>, how: Persistence): Promise<T> {
  const startedAt = how.clock.now()
  for (let failures = 1; ; failures += 1) {
    try {
      return await limited(call, how.clock)
    } catch (error) {
      if (!mayPass(error)) throw error
      const waitMs = backoffMs(failures, how.random)
      const passedMs = how.clock.now() - startedAt
      if (passedMs + waitMs >= how.patienceMs) {
        const seconds = Math.round(passedMs / 1000)
        throw new NoSuccess(`no success in ${failures} attempts over ${seconds} s`, { cause: error })
      }
      await how.clock.sleep(waitMs)
    }
  }
}

function mayPass(error: unknown): boolean {
  const { kind } = failureOf(error)
  return kind === 'passing' || kind === 'conflict'
}

/** One attempt, ended after the timeout, also if the call does not heed that. */
async function limited<T>(call: (signal: AbortSignal) => Promise<T>, clock: Clock): Promise<T> {
  const [attempt, timer] = [new AbortController(), new AbortController()]
  const timedOut = clock.sleep(attemptTimeoutMs, timer.signal).then((): never | Promise<never> => {
    if (timer.signal.aborted) return new Promise<never>(() => {})
    attempt.abort()
    throw Object.assign(new Error(`no answer within ${attemptTimeoutMs / 1000} s`), { name: 'TimeoutError' })
  })
  try {
    return await Promise.race([call(attempt.signal), timedOut])
  } finally {
    // A reason of its own: the default one is an error, with a stack, for every call.
    timer.abort('answered')
  }
}
