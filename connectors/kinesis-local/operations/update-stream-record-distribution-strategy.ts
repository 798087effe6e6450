import { streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { distributionStrategy, strategyNamed } from './record-distribution.ts'

export const updateStreamRecordDistributionStrategy = operation(
  'UpdateStreamRecordDistributionStrategy',
  {
    StreamARN: { ...streamArn, required: true },
    RecordDistributionStrategy: { ...distributionStrategy, required: true },
  },
  ({ StreamARN, RecordDistributionStrategy }, call) => {
    const stream = namedStream({ StreamName: undefined, StreamARN }, call)
    const distribution = strategyNamed(RecordDistributionStrategy, stream.description.mode)
    call.streams.change(stream, { distribution }, call.now)
    return undefined
  },
)
