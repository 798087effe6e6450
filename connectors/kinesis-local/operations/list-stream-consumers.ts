import { KinesisError } from '../protocol/kinesis-error.ts'
import { paged } from '../protocol/paged.ts'
import { presentConsumers } from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { consumerFacts } from './consumer-facts.ts'
import { openListToken, sealListToken } from './list-token.ts'
import { nextToken, streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { type Call, operation } from './operation.ts'
import { checkCreation } from './stream-creation.ts'

const mostConsumers = 100

export const listStreamConsumers = operation(
  'ListStreamConsumers',
  {
    StreamARN: { ...streamArn, required: true },
    NextToken: nextToken,
    MaxResults: { kind: 'integer', min: 1, max: 10_000 },
    StreamCreationTimestamp: { kind: 'timestamp' },
  },
  ({ StreamARN, NextToken, MaxResults = mostConsumers, StreamCreationTimestamp }, call) => {
    const stream = namedStream({ StreamName: undefined, StreamARN }, call)
    checkCreation(stream, StreamCreationTimestamp, call)
    const after = NextToken === undefined ? '' : lastListed(NextToken, stream, call)
    const consumers = presentConsumers(stream.description.consumers, call.now)
    const limit = Math.min(MaxResults, mostConsumers)
    const { page, more } = paged(consumers, ({ name }) => name > after, limit)
    const token = () =>
      sealListToken('consumers', [stream.name, stream.description.createdMs, page.at(-1)!.name], call.now)
    return call.wire.encode({
      Consumers: page.map((consumer) => consumerFacts(stream, consumer, call.now)),
      NextToken: more ? token() : undefined,
    })
  },
)

function lastListed(token: string, { name, description }: LocalStream, { now }: Call): string {
  const [stream, createdMs, last = ''] = openListToken('consumers', token, now)
  if (stream === name && Number(createdMs) === description.createdMs) return last
  throw new KinesisError('InvalidArgumentException', 'NextToken belongs to the list of another stream.')
}
