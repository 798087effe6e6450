import type { Member } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { streamMembers } from './members.ts'
import type { Call } from './operation.ts'

const all = [
  'IncomingBytes',
  'IncomingRecords',
  'OutgoingBytes',
  'OutgoingRecords',
  'WriteProvisionedThroughputExceeded',
  'ReadProvisionedThroughputExceeded',
  'IteratorAgeMilliseconds',
]

export const monitoringMembers = {
  ...streamMembers,
  ShardLevelMetrics: {
    kind: 'list',
    required: true,
    min: 1,
    max: 7,
    of: { kind: 'string', required: true, oneOf: [...all, 'ALL'] },
  },
} as const satisfies { readonly [name: string]: Member }

/** The metrics that names stand for, in the order of the service. */
export function metricsNamed(names: readonly string[]): readonly string[] {
  return names.includes('ALL') ? all : all.filter((metric) => names.includes(metric))
}

/** Takes note of which metrics a stream is to have; none are made. The answer tells those before and after. */
export function monitor(stream: LocalStream, metrics: readonly string[], call: Call): Buffer {
  const before = stream.description.shardLevelMetrics
  const after = metricsNamed(metrics)
  call.streams.change(stream, { shardLevelMetrics: after }, call.now)
  return call.wire.encode({
    StreamName: stream.name,
    CurrentShardLevelMetrics: before,
    DesiredShardLevelMetrics: after,
    StreamARN: stream.arn,
  })
}
