import { withChanged } from '../streams/consumers.ts'
import { consumerOfArn } from './named-consumer.ts'
import { namedStream } from './named-stream.ts'
import type { Call } from './operation.ts'
import { type Tagged, taggedStream } from './tags.ts'

/** The stream or the consumer of an ARN. @throws KinesisError ResourceNotFoundException */
export function taggedResource(arn: string, call: Call): Tagged {
  if (!arn.includes('/consumer/')) {
    return taggedStream(namedStream({ StreamName: undefined, StreamARN: arn }, call), call)
  }
  const { stream, consumer } = consumerOfArn(arn, call)
  return {
    name: consumer.name,
    tags: consumer.tags,
    retag(tags) {
      const consumers = withChanged(stream.description.consumers, consumer, { tags })
      call.streams.change(stream, { consumers }, call.now)
    },
  }
}
