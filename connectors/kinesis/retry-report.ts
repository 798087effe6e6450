import type { SourceContext } from '../../src/contract/source.ts'

type Told = Pick<SourceContext, 'name' | 'clock' | 'log' | 'count'>

const logEveryMs = 30_000

/** Counts every retry of a split and logs one of them now and then. */
export class RetryReport {
  readonly #context: Told
  readonly #split: string | undefined
  readonly #part: 'source' | 'sink'
  #loggedAt = Number.NEGATIVE_INFINITY
  #unlogged = 0

  constructor(context: Told, split?: string, part: 'source' | 'sink' = 'source') {
    this.#context = context
    this.#split = split
    this.#part = part
  }

  readonly retried = (
    { kind, reason }: { kind: 'throttled' | 'unavailable'; reason: string },
    waitMs: number,
  ): void => {
    this.#context.count(kind, this.#split)
    this.#unlogged++
    const now = this.#context.clock.now()
    if (now - this.#loggedAt < logEveryMs) return
    const message =
      kind === 'throttled' ? 'Kinesis throttles; slowing down' : 'Kinesis does not answer; trying again'
    this.#context.log.warn(message, {
      [this.#part]: this.#context.name,
      shard: this.#split,
      reason,
      waitMs,
      times: this.#unlogged,
    })
    this.#loggedAt = now
    this.#unlogged = 0
  }
}
