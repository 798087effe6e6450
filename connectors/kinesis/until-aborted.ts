/**
 * What a generator gives, until it ends. Rejects with the reason of the signal when that is aborted, also while the
 * generator is waited for.
 */
export async function* untilAborted<T>(items: AsyncGenerator<T>, signal: AbortSignal): AsyncGenerator<T> {
  let waiting = true
  try {
    for (;;) {
      waiting = true
      const { value, done } = await orAborted(items.next(), signal)
      waiting = false
      if (done) return
      yield value
    }
  } finally {
    const returned = items.return(undefined)
    // A generator returns only after it has given what it was asked for, which may be never.
    if (waiting) returned.catch(() => {})
    else await returned
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason)
    const settled = () => signal.removeEventListener('abort', aborted)
    signal.addEventListener('abort', aborted, { once: true })
    promise.then(resolve, reject).finally(settled)
    if (signal.aborted) aborted()
  })
}
