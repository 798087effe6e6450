import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AgentProgress } from '../../../connectors/agent/agent-progress.ts'
import type { AgentOptions, AgentRecord } from '../../../connectors/agent/index.ts'
import { runAgent } from '../../../connectors/agent/index.ts'
import { SteppedClock } from './stepped-clock.ts'

/** A folder of files, and the agents that tail them one after the other with the same state. */
export class Tailing {
  readonly root = mkdtempSync(join(tmpdir(), 'millrace-agent-'))
  readonly clock = new SteppedClock()
  /** What has been sent, by all agents. */
  readonly sent: AgentRecord[] = []
  readonly logged: string[] = []
  progress: AgentProgress | undefined
  /** Asked before records are taken; rejects where the destination is to fail. */
  before: (records: readonly AgentRecord[], signal: AbortSignal) => Promise<void> = async () => {}
  readonly #options: Partial<AgentOptions>

  constructor(options: Partial<AgentOptions> = {}) {
    this.#options = options
  }

  get texts(): string[] {
    return this.sent.map(({ data }) => Buffer.from(data).toString())
  }

  /** What has been sent since this was last asked. */
  news(): string[] {
    const { texts } = this
    this.sent.length = 0
    return texts
  }

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  append(name: string, text: string): void {
    appendFileSync(this.path(name), text)
  }

  options(more: Partial<AgentOptions>, signal?: AbortSignal): AgentOptions {
    const log = (message: string, fields = {}) => this.logged.push(`${message} ${JSON.stringify(fields)}`)
    return {
      files: [this.path('logs/*.log')],
      destination: 'stream',
      state: this.path('state'),
      put: async (records, ended) => {
        await this.before(records, ended)
        this.sent.push(...records)
      },
      batchAge: '0ms',
      clock: this.clock,
      random: () => 0.5,
      log: { info: log, warn: log },
      onProgress: (progress) => {
        this.progress = progress
      },
      ...(signal && { signal }),
      ...this.#options,
      ...more,
    }
  }

  /** An agent that runs until it is stopped. */
  async start(more: Partial<AgentOptions> = {}): Promise<Running> {
    const running = new Running(this, more)
    await Promise.race([this.clock.asleep(), running.ended])
    return running
  }

  /** Sends all there is. */
  async catchUp(more: Partial<AgentOptions> = {}): Promise<AgentProgress> {
    const ended = runAgent(this.options({ until: 'caught-up', ...more }))
    let over = false
    const end = () => {
      over = true
    }
    ended.then(end, end)
    while (!over) {
      await Promise.race([this.clock.asleep(), ended.catch(end)])
      if (!over) await Promise.race([this.clock.pass(500), ended.catch(end)])
    }
    return ended
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** An agent that runs. */
export class Running {
  readonly ended: Promise<AgentProgress>
  readonly #clock: SteppedClock
  readonly #stop = new AbortController()

  constructor(tailing: Tailing, more: Partial<AgentOptions>) {
    this.#clock = tailing.clock
    this.ended = runAgent(tailing.options(more, this.#stop.signal))
    this.ended.catch(() => {})
  }

  /** Lets time pass, by default enough to look at the files once. */
  async pass(ms = 500): Promise<void> {
    await Promise.race([this.#clock.pass(ms), this.ended])
  }

  stop(): Promise<AgentProgress> {
    this.#stop.abort()
    return this.ended
  }
}
