import type { Environment, StopSignal } from '../../src/cli/environment.ts'
import type { Clock } from '../../src/contract/clock.ts'

/** An environment whose outputs can be read and whose signals are sent by hand. */
export class FakeEnvironment implements Environment {
  out = ''
  err = ''
  readonly exits: number[] = []
  variables: Record<string, string> = {}
  stdin: AsyncIterable<string> = noInput()
  isTTY = false
  readonly #signalled = new Set<(signal: StopSignal) => void>()
  readonly #readerGone = new Set<() => void>()

  /** What stdout waits for before it takes more. */
  full: Promise<void> | undefined

  readonly stdout = {
    isTTY: false,
    columns: () => 80,
    drained: () => this.full,
    write: (text: string) => {
      this.out += text
    },
  }

  get stderr() {
    const write = (text: string) => {
      this.err += text
    }
    return { isTTY: this.isTTY, columns: () => 120, write, drained: () => undefined }
  }

  clock: Clock = { now: () => 0, sleep: async () => {} }
  readonly random = () => 0.5

  onSignal(listener: (signal: StopSignal) => void): () => void {
    this.#signalled.add(listener)
    return () => this.#signalled.delete(listener)
  }

  onReaderGone(listener: () => void): () => void {
    this.#readerGone.add(listener)
    return () => this.#readerGone.delete(listener)
  }

  exit(code: number): void {
    this.exits.push(code)
  }

  send(signal: StopSignal): void {
    for (const listener of this.#signalled) listener(signal)
  }

  closeReader(): void {
    for (const listener of this.#readerGone) listener()
  }

  get listeners(): number {
    return this.#signalled.size + this.#readerGone.size
  }
}

async function* noInput(): AsyncGenerator<string> {}
