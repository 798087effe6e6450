import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Happened, Manner } from './s3-process.ts'

/** An S3 in a process of its own. */
export class S3OfItsOwn {
  readonly endpoint: string
  readonly #process: ChildProcess

  static async start(seed: number): Promise<S3OfItsOwn> {
    const file = fileURLToPath(new URL('./s3-process.ts', import.meta.url))
    const process = fork(file, [`${seed}`], { execArgv: ['--import', 'tsx'] })
    const [{ endpoint }] = await once(process, 'message')
    return new S3OfItsOwn(process, endpoint)
  }

  private constructor(process: ChildProcess, endpoint: string) {
    this.#process = process
    this.endpoint = endpoint
  }

  /** Decides what goes wrong from now on, and tells what has until now. */
  async turn(manner: Manner): Promise<Happened> {
    const answer = this.#until((message) => message['happened'] !== undefined)
    this.#process.send(manner)
    return (await answer)['happened'] as Happened
  }

  /** Resolves when so many writes have been refused. */
  async refused(times: number): Promise<void> {
    await this.#until(({ refused }) => Number(refused) >= times)
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }

  #until(wanted: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const look = (message: Record<string, unknown>) => {
        if (!wanted(message)) return
        this.#process.off('message', look)
        resolve(message)
      }
      this.#process.on('message', look)
    })
  }
}
