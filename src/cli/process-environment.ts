import { systemClock, systemRandom } from '../contract/system.ts'
import type { Environment, Output, StopSignal } from './environment.ts'

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

/** The environment of this process. */
export function processEnvironment(): Environment {
  const readerGone = new Set<() => void>()
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (readerGone.size === 0) process.exit(0)
    for (const listener of readerGone) listener()
  })
  return {
    get stdin() {
      return process.stdin.setEncoding('utf8')
    },
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    variables: process.env,
    clock: systemClock,
    random: systemRandom,
    onSignal(listener) {
      for (const signal of stopSignals) process.on(signal, listener)
      return () => {
        for (const signal of stopSignals) process.off(signal, listener)
      }
    },
    onReaderGone(listener) {
      readerGone.add(listener)
      return () => readerGone.delete(listener)
    },
    exit: (code) => process.exit(code),
  }
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write(text) {
      if (!stream.destroyed) stream.write(text)
    },
    drained: () => (stream.writableNeedDrain && !stream.destroyed ? drained(stream) : undefined),
    isTTY: stream.isTTY === true,
    // Some terminals do not know their width, and say 0.
    columns: () => stream.columns || 80,
  }
}

/** A reader that goes away has taken all it will take. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close', 'error'] as const
    const done = () => {
      for (const event of events) stream.off(event, done)
      resolve()
    }
    for (const event of events) stream.on(event, done)
  })
}
