import { KinesisError } from '../protocol/kinesis-error.ts'
import {
  type ConsumerDescription,
  consumerStatus,
  presentConsumers,
  withConsumer,
} from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { consumerFacts } from './consumer-facts.ts'
import { consumerName, streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { checkTagCount, tagMap } from './tags.ts'

const mostConsumers = 20
const mostCreating = 5

export const registerStreamConsumer = operation(
  'RegisterStreamConsumer',
  {
    StreamARN: { ...streamArn, required: true },
    ConsumerName: { ...consumerName, required: true },
    Tags: tagMap,
  },
  ({ StreamARN, ConsumerName: name, Tags: tags = {} }, call) => {
    const { streams, now } = call
    const stream = namedStream({ StreamName: undefined, StreamARN }, call)
    checkTagCount(tags, name)
    checkNew(stream, name, presentConsumers(stream.description.consumers, now), now)
    const consumers = withConsumer(stream.description.consumers, { name, tags }, now, streams.consumerDelayMs)
    streams.change(stream, { consumers }, now)
    return call.wire.encode({ Consumer: consumerFacts(stream, consumers.at(-1)!, now) })
  },
)

function checkNew(
  stream: LocalStream,
  name: string,
  present: readonly ConsumerDescription[],
  now: number,
): void {
  if (present.some((consumer) => consumer.name === name)) {
    throw new KinesisError(
      'ResourceInUseException',
      `Consumer ${name} under stream ${stream.name} under account 000000000000 already exists.`,
    )
  }
  if (present.length >= mostConsumers) {
    throw new KinesisError(
      'LimitExceededException',
      `Stream ${stream.name} under account 000000000000 has ${mostConsumers} consumers already.`,
    )
  }
  const creating = present.filter((consumer) => consumerStatus(consumer, now) === 'CREATING')
  if (creating.length >= mostCreating) {
    throw new KinesisError(
      'LimitExceededException',
      `Stream ${stream.name} under account 000000000000 has ${mostCreating} consumers in status CREATING.`,
    )
  }
}
