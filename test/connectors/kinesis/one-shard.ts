import type { ShardPaces } from '../../../connectors/kinesis/shard-pace.ts'
import type { StartAt } from '../../../connectors/kinesis/starting-position.ts'
import { ManualClock } from './manual-clock.ts'
import { ScriptedKinesis } from './scripted-kinesis.ts'
import { observedContext, openScripted } from './scripted-source.ts'

export const shard = 'shardId-000000000000'

/** A reader of the only shard of a scripted stream. */
export async function oneShard(
  options: { startAt?: StartAt; paces?: ShardPaces; decode?: (text: string) => string } = {},
) {
  const clock = new ManualClock()
  const api = new ScriptedKinesis(clock)
  const stopping = new AbortController()
  const context = observedContext(clock, stopping.signal)
  const source = await clock.until(openScripted(api, context, options.startAt, options))
  await clock.until(source.discover())
  source.takeReadable()
  const reader = source.read({ id: shard, parents: [] }, undefined)
  return { clock, api, context, source, reader, stopping }
}

/** Where the iterators that were asked for stood. */
export function iterators(api: ScriptedKinesis): string[] {
  return api.calls
    .filter((call) => call.startsWith('shardIterator'))
    .map((call) => call.slice(call.indexOf('{')))
}
