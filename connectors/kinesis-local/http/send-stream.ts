import type { Writable } from 'node:stream'
import type { BodyStream } from './exchange.ts'

/** Sends a body chunk by chunk, each when those before it have been taken. Ends with the body, or when nobody takes it. */
export async function sendStream(target: Writable, body: BodyStream, gone: AbortSignal): Promise<void> {
  for await (const chunk of body(gone)) {
    // `gone` follows only when all that is due has run, and a body that never waits would keep it from that.
    if (gone.aborted || target.destroyed) return
    if (!target.write(chunk)) await taken(target, gone)
  }
  if (!gone.aborted) target.end()
}

function taken(target: Writable, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      target.off('drain', done)
      gone.removeEventListener('abort', done)
      resolve()
    }
    target.on('drain', done)
    gone.addEventListener('abort', done)
    if (gone.aborted) done()
  })
}
