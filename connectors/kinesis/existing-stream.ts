import { MillraceError } from '../../src/errors.ts'
import { type Persistence, persist } from './persist.ts'

/** So long the start of a job waits for an answer before it says that there is none. */
export const startPatienceMs = 10_000
const creatingLooksMs = 1000
const creatingPatienceMs = 120_000

/** What `describe` says of a stream, once it has been created if that is still going on. */
export async function existingStream<S extends { readonly status: string }>(
  describe: (signal: AbortSignal) => Promise<S>,
  how: Omit<Persistence, 'patienceMs'>,
): Promise<S> {
  const { clock, random, signal, onRetry } = how
  const giveUpAt = clock.now() + creatingPatienceMs
  for (;;) {
    const stream = await persist(describe, { clock, random, signal, patienceMs: startPatienceMs, onRetry })
    if (stream.status !== 'CREATING') return stream
    if (clock.now() >= giveUpAt)
      throw new MillraceError('SOURCE_UNREACHABLE', 'the stream is still being created')
    await clock.sleep(creatingLooksMs, signal)
  }
}
