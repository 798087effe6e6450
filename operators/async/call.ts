import type { Clock, Random } from '../../src/contract/clock.ts'
import { MillraceError } from '../../src/errors.ts'

/** What the function of an asynchronous step is told besides the record. */
export interface CallContext {
  /** Aborted when the call has taken too long, and when the run is over: nobody waits for its result any more. */
  readonly signal: AbortSignal
  /** The number of the attempt for this record, from 1. */
  readonly attempt: number
}

/** A function of the job that asks something outside. */
export type AsyncFunction<T, R> = (value: T, context: CallContext) => R | PromiseLike<R>

/** How a call is made. */
export interface CallPolicy {
  /** Infinite for a call that limits itself. */
  readonly timeoutMs: number
  readonly attempts: number
  /** Before the second attempt; twice as long before every further one, up to {@link longestBackoffMs}. */
  readonly backoffMs: number
}

/** What a call needs of the operator that makes it. */
export interface CallSurroundings {
  readonly clock: Clock
  readonly random: Random
  /** Of this call alone: aborted when the run is over. */
  readonly signal: AbortSignal
  readonly onRetry: () => void
}

/** No attempt is waited for longer. */
export const longestBackoffMs = 60_000

/** The wait after a failed attempt, with chance in its upper half, so that many do not come back at once. */
export function backoffMs(policy: CallPolicy, attempt: number, random: number): number {
  return Math.min(policy.backoffMs * 2 ** (attempt - 1), longestBackoffMs) * (0.5 + random / 2)
}

/** Calls a function for one record, again when it fails, and never waits longer than the policy says. */
export async function call<T, R>(
  ask: AsyncFunction<T, R>,
  value: T,
  policy: CallPolicy,
  around: CallSurroundings,
): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await callOnce(ask, value, attempt, policy, around)
    } catch (error) {
      if (attempt === policy.attempts || around.signal.aborted) throw error
      around.onRetry()
      await around.clock.sleep(backoffMs(policy, attempt, around.random()), around.signal)
    }
  }
}

async function callOnce<T, R>(
  ask: AsyncFunction<T, R>,
  value: T,
  attempt: number,
  { timeoutMs }: CallPolicy,
  { clock, signal }: CallSurroundings,
): Promise<R> {
  const calling = new AbortController()
  const waiting = new AbortController()
  const cancel = () => {
    calling.abort(signal.reason)
    waiting.abort()
  }
  signal.addEventListener('abort', cancel, { once: true })
  const late = (): never => {
    const error = timedOut(timeoutMs)
    if (!waiting.signal.aborted) calling.abort(error)
    throw error
  }
  const limits =
    timeoutMs === Number.POSITIVE_INFINITY ? [] : [clock.sleep(timeoutMs, waiting.signal).then(late)]
  try {
    // What is awaited here has this place on the stack of its errors, which tells them from those made elsewhere.
    const asking = async () => await ask(value, { signal: calling.signal, attempt })
    return await Promise.race([asking(), ...limits])
  } finally {
    waiting.abort()
    signal.removeEventListener('abort', cancel)
  }
}

function timedOut(timeoutMs: number): MillraceError {
  return new MillraceError(
    'CALL_TIMED_OUT',
    `a call of the job's function has not answered within ${timeoutMs} ms`,
  )
}
