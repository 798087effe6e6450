import { maxRecordSize, streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'

export const updateMaxRecordSize = operation(
  'UpdateMaxRecordSize',
  { StreamARN: streamArn, MaxRecordSizeInKiB: { ...maxRecordSize, required: true } },
  ({ StreamARN, MaxRecordSizeInKiB }, call) => {
    const stream = namedStream({ StreamName: undefined, StreamARN }, call)
    call.streams.change(stream, { maxRecordSizeKiB: MaxRecordSizeInKiB }, call.now)
    return undefined
  },
)
