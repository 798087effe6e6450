import type { Clock } from '../../../src/contract/clock.ts'

/** How long something is waited for, and what ends it. */
export interface Patience {
  readonly ms: number
  readonly clock: Clock
  /** Ends the waiting from outside. */
  readonly signal: AbortSignal
  /** Aborted when time is up, and ends the waiting too: whoever works for the promise should listen to it. */
  readonly ending: AbortController
}

/**
 * What is promised, if it comes in time. Otherwise rejects, with a `TimeoutError` or the reason of the signal, whether or
 * not whoever promised ever settles.
 */
export async function inTime<R>(promise: Promise<R>, { ms, clock, signal, ending }: Patience): Promise<R> {
  const timer = new AbortController()
  clock.sleep(ms, timer.signal).then(() => timer.signal.aborted || ending.abort(timeoutError(ms)))
  const enders = [signal, ending.signal]
  let end = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => reject(enders.find(({ aborted }) => aborted)?.reason)
  })
  for (const ender of enders) ender.addEventListener('abort', end, { once: true })
  if (enders.some(({ aborted }) => aborted)) end()
  try {
    return await Promise.race([promise, ended])
  } finally {
    timer.abort()
    for (const ender of enders) ender.removeEventListener('abort', end)
  }
}

/** One call, in time. */
export function callInTime<R>(
  call: (signal: AbortSignal) => Promise<R>,
  { ms, clock, signal }: Omit<Patience, 'ending'>,
): Promise<R> {
  const ending = new AbortController()
  return inTime(call(AbortSignal.any([signal, ending.signal])), { ms, clock, signal, ending })
}

function timeoutError(ms: number): Error {
  return Object.assign(new Error(`nothing came within ${ms / 1000} s`), { name: 'TimeoutError' })
}
