import { presentConsumers } from '../streams/consumers.ts'
import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { streamFacts } from './stream-facts.ts'

export const describeStreamSummary = operation('DescribeStreamSummary', streamMembers, (input, call) => {
  const stream = namedStream(input, call)
  return call.wire.encode({
    StreamDescriptionSummary: {
      ...streamFacts(stream),
      OpenShardCount: stream.open.length,
      ConsumerCount: presentConsumers(stream.description.consumers, call.now).length,
      MaxRecordSizeInKiB: stream.description.maxRecordSizeKiB,
    },
  })
})
