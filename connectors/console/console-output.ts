import process from 'node:process'
import type { Writable } from 'node:stream'
import { type Encode, encoderOf } from '../../src/contract/codec.ts'
import {
  DestinationFailure,
  type RequestContext,
  type RequestDestination,
  type RequestSession,
} from '../../src/contract/request-destination.ts'

/** Where lines go. */
export interface ConsoleOptions<in T> {
  /** Default: the standard output of the process. It is left open at the end. */
  readonly to?: Writable
  /** The text of a row. Default: JSON. */
  readonly encode?: Encode<T>
}

/**
 * Prints each row as a line, for looking at a job as it runs. Rows come within a second, in their order. A line may come
 * twice after a failure.
 *
 * @example
 * deliverySink({ to: consoleOutput() }).description.kind // 'console'
 */
export function consoleOutput<T>(options: ConsoleOptions<T> = {}): RequestDestination<T> {
  const encoder = encoderOf<T>(options.encode ?? ((row) => Buffer.from(JSON.stringify(row) ?? 'undefined')))
  return {
    kind: 'requests',
    description: {
      kind: 'console',
      detail: options.to === undefined ? 'standard output' : 'a stream of the job',
      guarantee: 'at-least-once',
      because: 'lines cannot be taken back: those since the last checkpoint are printed again',
    },
    limits: { records: 1000, bytes: 2 ** 20, recordBytes: 16 * 2 ** 20 },
    buffer: { size: '1MiB', interval: '1s' },
    atOnce: 1,
    encode: (row) => ({ data: encoder.encode(row) }),
    open: async (context) => openConsole(options.to ?? process.stdout, context),
  }
}

/** How long a reader may take for a batch of lines. */
const patienceMs = 120_000

function openConsole(stream: Writable, { within }: Pick<RequestContext, 'within'>): RequestSession {
  // A stream tells of its errors twice: to whoever writes, and as an event that ends the process if nobody listens.
  const heard = () => {}
  stream.on('error', heard)
  return {
    secrets: [],
    send: async ({ records }, signal) => {
      const lines = Buffer.concat(records.flatMap(({ data }) => [data, newline]))
      await within(patienceMs, (abort) => written(stream, lines, abort), signal)
      return { refused: [], again: [] }
    },
    close: async () => {
      stream.off('error', heard)
    },
  }
}

const newline = Buffer.from('\n')

/** Waits for a reader that is slow; gives up waiting with the signal. */
function written(stream: Writable, lines: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // It would keep what is written, and never say so.
    if (stream.errored != null) return reject(new DestinationFailure('WriteFailed', stream.errored.message))
    const end = () => reject(signal.reason)
    signal.addEventListener('abort', end, { once: true })
    stream.write(lines, (error) => {
      signal.removeEventListener('abort', end)
      if (error == null) resolve()
      else reject(new DestinationFailure('WriteFailed', error.message))
    })
  })
}
