import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { checkWarmThroughput, warmThroughput, warmThroughputMember } from './warm-throughput.ts'
import { warmedUp } from './warmed-up.ts'

/** A stream only grows by it: one that has more shards than it needs keeps them. */
export const updateStreamWarmThroughput = operation(
  'UpdateStreamWarmThroughput',
  { ...streamMembers, WarmThroughputMiBps: { ...warmThroughputMember, required: true } },
  (input, call) => {
    const stream = namedStream(input, call)
    const { WarmThroughputMiBps: MiBps } = input
    checkWarmThroughput(stream.description.mode, MiBps, call)
    call.streams.change(stream, warmedUp(stream, MiBps, call), call.now)
    return call.wire.encode({
      StreamARN: stream.arn,
      StreamName: stream.name,
      WarmThroughput: warmThroughput(stream),
    })
  },
)
