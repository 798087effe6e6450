import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { metricsNamed, monitor, monitoringMembers } from './shard-level-metrics.ts'

export const disableEnhancedMonitoring = operation(
  'DisableEnhancedMonitoring',
  monitoringMembers,
  (input, call) => {
    const stream = namedStream(input, call)
    const disabled = metricsNamed(input.ShardLevelMetrics)
    const left = stream.description.shardLevelMetrics.filter((metric) => !disabled.includes(metric))
    return monitor(stream, left, call)
  },
)
