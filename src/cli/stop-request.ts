import type { Environment, StopSignal } from './environment.ts'

const exitCodeOfSignal: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/**
 * Calls `stop` at the first SIGTERM or Ctrl-C, or when whoever read the output has gone; a second signal ends the
 * process at once. The function it gives ends that.
 */
export function onStopRequest(environment: Environment, stop: () => void): () => void {
  let requested = false
  const endSignals = environment.onSignal((signal) => {
    if (requested) {
      environment.stderr.write(`\n${signal} again: ended at once, without a last checkpoint\n`)
      return environment.exit(exitCodeOfSignal[signal])
    }
    requested = true
    stop()
  })
  const endReader = environment.onReaderGone(stop)
  return () => {
    endSignals()
    endReader()
  }
}
