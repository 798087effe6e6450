import type { Clock, Random } from '../contract/clock.ts'

/** Where a command writes. */
export interface Output {
  write(text: string): void
  /** Resolves when the reader has taken what was written; `undefined` while there is room for more. */
  drained(): Promise<void> | undefined
  readonly isTTY: boolean
  /** The width of the terminal. */
  columns(): number
}

/** The signals that ask a command to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** All that commands know of the process they run in. */
export interface Environment {
  readonly stdin: AsyncIterable<string> & { readonly isTTY?: boolean }
  readonly stdout: Output
  readonly stderr: Output
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly random: Random
  /** Calls `listener` at every signal until the function it gives is called. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Calls `listener` when whoever read stdout has gone. */
  onReaderGone(listener: () => void): () => void
  /** Ends the process at once. */
  exit(code: number): void
}
