import type { LocalStream } from '../streams/local-stream.ts'
import type { StreamDescription, StreamMode } from '../streams/stream-description.ts'
import { checkOnDemandQuota, checkShardQuota } from './account-quota.ts'
import { countedChange } from './counted-change.ts'
import { streamArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { type Call, operation } from './operation.ts'
import { modeOf, streamMode } from './stream-mode.ts'
import { checkWarmThroughput, warmThroughputMember } from './warm-throughput.ts'
import { warmedUp } from './warmed-up.ts'

export const updateStreamMode = operation(
  'UpdateStreamMode',
  {
    StreamARN: { ...streamArn, required: true },
    StreamModeDetails: { ...streamMode, required: true },
    WarmThroughputMiBps: warmThroughputMember,
  },
  (input, call) => {
    const stream = namedStream({ StreamName: undefined, StreamARN: input.StreamARN }, call)
    const mode = modeOf(input.StreamModeDetails)
    const warm = input.WarmThroughputMiBps
    if (warm !== undefined) checkWarmThroughput(mode, warm, call)
    const changes =
      mode === stream.description.mode ? stream.description.changes : switched(stream, mode, call)
    const more = mode === 'PROVISIONED' ? provisioned : warm === undefined ? {} : warmedUp(stream, warm, call)
    call.streams.change(stream, { mode, changes, ...more }, call.now)
    return undefined
  },
)

/** What a stream cannot keep that is not in mode ON_DEMAND any more. */
const provisioned = { distribution: 'USER_PARTITION_KEY', warmThroughputMiBps: null } as const

function switched(stream: LocalStream, mode: StreamMode, call: Call): StreamDescription['changes'] {
  if (mode === 'ON_DEMAND') checkOnDemandQuota(call)
  else checkShardQuota(call, stream.open.length)
  return countedChange(stream, 'mode', call)
}
