import type { Gap, SourceContext } from '../../src/contract/source.ts'
import { dataLost, type OnDataLoss } from './data-loss.ts'
import { GapLedger, type GapsJson } from './gap-ledger.ts'

/** What becomes of records that may have expired unread: the job stops, or goes on and the gap is remembered. */
export class Losses {
  readonly #policy: OnDataLoss
  readonly #stream: string
  readonly #context: Pick<SourceContext, 'onGap'>
  readonly #ledger: GapLedger

  constructor(
    policy: OnDataLoss,
    stream: string,
    context: Pick<SourceContext, 'onGap'>,
    restored: GapsJson | undefined,
  ) {
    this.#policy = policy
    this.#stream = stream
    this.#context = context
    this.#ledger = new GapLedger(restored)
  }

  /** Whether the job goes on without them. */
  get accepted(): boolean {
    return this.#policy === 'continue'
  }

  /** @throws MillraceError `DATA_LOST` with all gaps, and with those `alike`, unless the job goes on without them. */
  accept(gaps: readonly Gap[], alike: readonly Gap[]): void {
    if (gaps.length === 0) return
    if (!this.accepted) throw dataLost(gaps, alike, this.#stream)
    for (const gap of gaps) this.#context.onGap?.(this.#ledger.note(gap))
  }

  /** For the checkpoint; `undefined` if there was no gap. */
  toJson(): GapsJson | undefined {
    const gaps = this.#ledger.toJson()
    return gaps.count > 0 ? gaps : undefined
  }
}
