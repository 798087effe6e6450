import { streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { modeOf, streamMode } from './stream-mode.ts'

export const updateStreamMode = operation(
  'UpdateStreamMode',
  {
    StreamARN: { ...streamArn, required: true },
    StreamModeDetails: { ...streamMode, required: true },
    WarmThroughputMiBps: { kind: 'integer', min: 0 },
  },
  ({ StreamARN, StreamModeDetails }, call) => {
    const stream = namedStream({ StreamName: undefined, StreamARN }, call)
    call.streams.change(stream, { mode: modeOf(StreamModeDetails) }, call.now)
    return undefined
  },
)
