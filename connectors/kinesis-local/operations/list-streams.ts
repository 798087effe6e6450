import { paged } from '../protocol/paged.ts'
import type { Structure } from '../protocol/wire.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { openListToken, sealListToken } from './list-token.ts'
import { nextToken, streamName } from './members.ts'
import { operation } from './operation.ts'

const mostStreams = 100

export const listStreams = operation(
  'ListStreams',
  {
    Limit: { kind: 'integer', min: 1, max: 10_000 },
    ExclusiveStartStreamName: streamName,
    NextToken: nextToken,
  },
  ({ Limit, ExclusiveStartStreamName, NextToken }, { streams, wire, now }) => {
    const [continued] = NextToken === undefined ? [] : openListToken('streams', NextToken, now)
    const after = continued ?? ExclusiveStartStreamName ?? ''
    const limit = Math.min(Limit ?? mostStreams, mostStreams)
    const { page, more } = paged(streams.names(), (name) => name > after, limit)
    return wire.encode({
      StreamNames: page,
      HasMoreStreams: more,
      NextToken: more ? sealListToken('streams', [page.at(-1)!], now) : undefined,
      StreamSummaries: page.map((name) => summary(streams.get(name, now)!)),
    })
  },
)

function summary({ description, arn }: LocalStream): Structure {
  return {
    StreamName: description.name,
    StreamARN: arn,
    StreamStatus: 'ACTIVE',
    StreamModeDetails: { StreamMode: description.mode },
    StreamCreationTimestamp: new Date(description.createdMs),
  }
}
