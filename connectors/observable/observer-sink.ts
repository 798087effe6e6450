import type { Sink } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'

/** What takes rows, such as a `Subject` of RxJS. */
export interface ObserverOfRows<in T> {
  next(row: T): void
  complete(): void
}

/**
 * Hands rows to an observer as they are made, so that any RxJS program can go on with them: give it a `Subject`. After
 * a restart, rows that were made after the last checkpoint come again. It completes when the input has ended; what
 * stops or fails the job is told by `run`.
 *
 * @throws MillraceError `SINK_FAILED` while running, if the observer throws.
 * @example
 * import { Subject } from 'rxjs'
 * const live = new Subject<number>()
 * observerSink(live).description.guarantee // 'at-least-once'
 */
export function observerSink<T>(observer: ObserverOfRows<T>): Sink<T> {
  return {
    description: {
      kind: 'observer',
      detail: 'live',
      guarantee: 'at-least-once',
      because: 'an observer cannot take back rows that a restart makes again',
    },
    open: async () => {
      let ended = false
      return {
        write: (rows) => {
          for (const row of rows) told(() => observer.next(row))
        },
        ready: () => undefined,
        stage: async (last) => {
          ended = last
          return { committables: [], state: { schema: 1, parts: [] } }
        },
        commit: async () => {
          if (ended) told(() => observer.complete())
        },
        close: async () => {},
      }
    },
  }
}

function told(tell: () => void): void {
  try {
    tell()
  } catch (cause) {
    throw new MillraceError('SINK_FAILED', 'the observer of the rows threw', { cause })
  }
}
