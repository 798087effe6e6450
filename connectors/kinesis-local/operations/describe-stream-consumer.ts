import { consumerFacts } from './consumer-facts.ts'
import { consumerMembers } from './members.ts'
import { namedConsumer } from './named-consumer.ts'
import { operation } from './operation.ts'

export const describeStreamConsumer = operation('DescribeStreamConsumer', consumerMembers, (input, call) => {
  const { stream, consumer } = namedConsumer(input, call)
  return call.wire.encode({
    ConsumerDescription: { ...consumerFacts(stream, consumer, call.now), StreamARN: stream.arn },
  })
})
