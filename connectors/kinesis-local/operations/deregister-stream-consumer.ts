import { KinesisError } from '../protocol/kinesis-error.ts'
import { withChanged } from '../streams/consumers.ts'
import { consumerArnOf } from './consumer-facts.ts'
import { consumerMembers } from './members.ts'
import { namedConsumer } from './named-consumer.ts'
import { operation } from './operation.ts'

/** Its subscriptions end at once. */
export const deregisterStreamConsumer = operation(
  'DeregisterStreamConsumer',
  consumerMembers,
  (input, call) => {
    const { stream, consumer } = namedConsumer(input, call)
    if (consumer.goneMs !== null) {
      throw new KinesisError('ResourceInUseException', `Consumer ${consumer.name} is being deleted already.`)
    }
    const goneMs = call.now + call.streams.consumerDelayMs
    const consumers = withChanged(stream.description.consumers, consumer, { goneMs })
    call.streams.change(stream, { consumers }, call.now)
    for (const { subscribers } of stream.shards) subscribers.forget(consumerArnOf(stream, consumer))
    return undefined
  },
)
