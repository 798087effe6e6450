import type { Writable } from 'node:stream'
import type { Clock } from '../../../src/contract/clock.ts'
import type { BodyStream } from './exchange.ts'

/** A client that takes nothing for so long is cut off. */
const patienceMs = 600_000

/** Sends a body chunk by chunk, each when those before it have been taken. Ends with the body, or when nobody takes it. */
export async function sendStream(
  target: Writable,
  body: BodyStream,
  gone: AbortSignal,
  clock: Clock,
): Promise<void> {
  for await (const chunk of body(gone)) {
    // `gone` follows only when all that is due has run, and a body that never waits would keep it from that.
    if (gone.aborted || target.destroyed) return
    if (!target.write(chunk)) await taken(target, gone, clock)
  }
  if (!gone.aborted) target.end()
}

async function taken(target: Writable, gone: AbortSignal, clock: Clock): Promise<void> {
  const over = new AbortController()
  const stop = () => over.abort()
  target.on('drain', stop)
  gone.addEventListener('abort', stop)
  if (gone.aborted) stop()
  await clock.sleep(patienceMs, over.signal)
  target.off('drain', stop)
  gone.removeEventListener('abort', stop)
  if (!over.signal.aborted) throw new Error('The client takes nothing')
}
