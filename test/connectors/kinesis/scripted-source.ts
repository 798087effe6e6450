import type { Aggregation } from '../../../connectors/kinesis/kpl/aggregation.ts'
import { openEnumerator } from '../../../connectors/kinesis/open-kinesis.ts'
import type { FanOutParts, ShardEnumerator } from '../../../connectors/kinesis/shard-enumerator.ts'
import type { ShardPaces } from '../../../connectors/kinesis/shard-pace.ts'
import type { StartAt } from '../../../connectors/kinesis/starting-position.ts'
import type { Json } from '../../../src/contract/json.ts'
import type { SourceContext } from '../../../src/contract/source.ts'
import type { ManualClock } from './manual-clock.ts'
import type { ScriptedKinesis } from './scripted-kinesis.ts'

/** What a source counted and logged. */
export interface Observed {
  readonly counts: Map<string, number>
  readonly warnings: string[]
}

export function observedContext(
  clock: ManualClock,
  signal = new AbortController().signal,
): SourceContext & Observed {
  const counts = new Map<string, number>()
  const warnings: string[] = []
  return {
    name: 'orders',
    clock,
    random: () => 0.5,
    log: { info: () => {}, warn: (message) => void warnings.push(message) },
    overrides: {},
    signal,
    count: (counter, _split, by = 1) => void counts.set(counter, (counts.get(counter) ?? 0) + by),
    counts,
    warnings,
  }
}

/** A source of texts on a scripted stream. */
export function openScripted(
  api: ScriptedKinesis,
  context: SourceContext,
  startAt: StartAt = 'trim-horizon',
  more: {
    readonly restored?: Json
    readonly paces?: ShardPaces
    readonly decode?: (text: string) => string
    readonly aggregation?: Aggregation
    readonly recordsPerFetch?: number
    readonly fanOut?: FanOutParts
  } = {},
): Promise<ShardEnumerator<string>> {
  const { decode = (text) => text, aggregation = 'kpl', recordsPerFetch, fanOut } = more
  return openEnumerator(
    {
      api,
      decode: ({ data }) => decode(Buffer.from(data).toString()),
      aggregation,
      ...(recordsPerFetch !== undefined && { recordsPerFetch }),
      context,
      place: { stream: 'orders', region: 'us-east-1', endpoint: undefined },
      paces: more.paces,
      discoverEveryMs: 30_000,
      fanOut,
    },
    startAt,
    more.restored,
  )
}
