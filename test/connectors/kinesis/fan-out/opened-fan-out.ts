import type { FanOutParts } from '../../../../connectors/kinesis/shard-enumerator.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedKinesis } from '../scripted-kinesis.ts'
import { observedContext, openScripted } from '../scripted-source.ts'
import { ScriptedFanOut } from './scripted-fan-out.ts'

/** A reader of the only shard of a scripted stream, with its source. */
export async function openedFanOut(read: FanOutParts['read']) {
  const clock = new ManualClock()
  const kinesis = new ScriptedKinesis(clock)
  const api = new ScriptedFanOut(kinesis, clock)
  const context = observedContext(clock)
  const logged: string[] = []
  const log = { info: (message: string) => void logged.push(message), warn: context.log.warn }
  const source = await clock.until(
    openScripted(kinesis, { ...context, log }, 'trim-horizon', { fanOut: { read, api, consumer: 'reader' } }),
  )
  const discover = () => clock.until(source.discover())
  await discover()
  const [split] = source.takeReadable()
  const reader = source.read(split!, undefined)
  const fetch = () => clock.until(reader.fetch())
  return { clock, kinesis, api, context, logged, discover, fetch, source }
}
