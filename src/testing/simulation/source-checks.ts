import type { LossChecks } from './loss-checks.ts'
import type { Page, ReadingWatch } from './page.ts'
import type { ReadingChecks } from './reading-checks.ts'

/** All checks of how a source is read. */
export class SourceChecks implements ReadingWatch {
  readonly losses: LossChecks
  readonly #order: ReadingChecks
  readonly #aheadOf: (process: string) => number

  /** @param aheadOf How far the clock of a process may be ahead. */
  constructor(order: ReadingChecks, losses: LossChecks, aheadOf: (process: string) => number) {
    this.#order = order
    this.losses = losses
    this.#aheadOf = aheadOf
  }

  begins(process: string, shard: string, iteratorType: string): void {
    this.#order.begins(process, shard, iteratorType)
  }

  received(process: string, shard: string, page: Page): void {
    this.#order.received(process, shard, page)
    this.losses.received(process, shard, page, this.#aheadOf(process))
  }
}
