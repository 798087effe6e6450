import { setImmediate } from 'node:timers/promises'
import type { Response } from '../http/exchange.ts'

/** Waits, or until the client has gone. */
export type Wait = (ms: number, gone: AbortSignal) => Promise<void>

/** The same answer, which leaves only after a while. */
export function late(answer: Response, ms: number, wait: Wait): Response {
  return { ...answer, departs: (gone) => wait(ms, gone) }
}

/** In place of an answer, after a while, the end of the connection. */
export function lost(answer: Response, ms: number, wait: Wait): Response {
  return {
    ...answer,
    departs: async (gone) => {
      await wait(ms, gone)
      throw new Error('a fault: the answer is lost')
    },
  }
}

/** An answer that announces its whole size, brings one half, and then the end of the connection. */
export function cut(answer: Response, wait: Wait): Response {
  const { body, headers } = answer
  if (typeof body === 'function') return answer
  if (body.length < 2) return lost(answer, 0, wait)
  return {
    ...answer,
    headers: { ...headers, 'content-length': String(body.length) },
    body: async function* half() {
      yield body.subarray(0, Math.ceil(body.length / 2))
      // What has been written leaves at the end of this turn.
      await setImmediate()
      throw new Error('a fault: the answer is cut off')
    },
  }
}
