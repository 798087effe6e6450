import type { Clock } from '../../../src/contract/clock.ts'
import { DestinationFailure } from '../../../src/contract/request-destination.ts'

/**
 * Waits for a call, no longer than this: its signal is then aborted, as it is with `signal`, and nobody waits for it any
 * more. Rejects with a `DestinationFailure` called `RequestTimeout` when it took too long, and with the reason of the signal.
 */
export async function within<T>(
  clock: Clock,
  timeoutMs: number,
  call: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const [life, timer] = [new AbortController(), new AbortController()]
  let end = () => {}
  const ended = new Promise<never>((_, reject) => {
    end = () => {
      life.abort(signal.reason)
      reject(signal.reason)
    }
  })
  signal.addEventListener('abort', end, { once: true })
  const late = clock.sleep(timeoutMs, timer.signal).then((): never | Promise<never> => {
    if (timer.signal.aborted) return new Promise<never>(() => {})
    life.abort()
    throw new DestinationFailure('RequestTimeout', `no whole answer within ${timeoutMs / 1000} s`)
  })
  try {
    return await Promise.race([call(life.signal), late, ended])
  } finally {
    // A reason of its own: the default one is an error, with a stack, for every call.
    timer.abort('answered')
    signal.removeEventListener('abort', end)
  }
}
