import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { monitor, monitoringMembers } from './shard-level-metrics.ts'

export const enableEnhancedMonitoring = operation(
  'EnableEnhancedMonitoring',
  monitoringMembers,
  (input, call) => {
    const stream = namedStream(input, call)
    return monitor(stream, [...stream.description.shardLevelMetrics, ...input.ShardLevelMetrics], call)
  },
)
