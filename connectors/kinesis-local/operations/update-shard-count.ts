import { KinesisError } from '../protocol/kinesis-error.ts'
import { scaledUniformly } from '../streams/uniform-scaling.ts'
import { checkShardQuota } from './account-quota.ts'
import { countedChange } from './counted-change.ts'
import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { reshardingTime } from './resharding-time.ts'
import { checkShardLimit } from './shard-limit.ts'
import { checkProvisioned } from './stream-mode.ts'

export const updateShardCount = operation(
  'UpdateShardCount',
  {
    ...streamMembers,
    TargetShardCount: { kind: 'integer', required: true, min: 1 },
    ScalingType: { kind: 'string', required: true, oneOf: ['UNIFORM_SCALING'] },
  },
  (input, call) => {
    const stream = namedStream(input, call)
    checkProvisioned(stream, 'UpdateShardCount')
    const [current, target] = [stream.open.length, input.TargetShardCount]
    checkStep(current, target)
    checkShardLimit(stream, target)
    checkShardQuota(call, target - current)
    const changes = countedChange(stream, 'shardCount', call)
    const ms = reshardingTime(stream, call.now)
    const shards = scaledUniformly(stream.description.shards, target, ms)
    call.streams.change(stream, { shards, changes }, call.now)
    return call.wire.encode({
      StreamName: stream.name,
      CurrentShardCount: current,
      TargetShardCount: target,
      StreamARN: stream.arn,
    })
  },
)

function checkStep(current: number, target: number): void {
  const refused =
    target > current * 2 ? 'up over double' : target < current / 2 ? 'down below half' : undefined
  if (refused === undefined) return
  throw new KinesisError(
    'LimitExceededException',
    `UpdateShardCount cannot scale ${refused} your current open shard count. ` +
      `Current open shard count: ${current}, Target shard count: ${target}`,
  )
}
