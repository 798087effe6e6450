import { KinesisError } from '../protocol/kinesis-error.ts'
import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { checkRetention } from './retention.ts'

/** What has expired already does not come back. */
export const increaseStreamRetentionPeriod = operation(
  'IncreaseStreamRetentionPeriod',
  { ...streamMembers, RetentionPeriodHours: { kind: 'integer', required: true } },
  (input, call) => {
    const stream = namedStream(input, call)
    const hours = input.RetentionPeriodHours
    checkRetention(hours)
    const before = stream.description.retentionHours
    if (hours <= before) {
      throw new KinesisError(
        'InvalidArgumentException',
        `Requested retention period (${hours} hours) for stream ${stream.name} must be longer than the existing ` +
          `retention period (${before} hours).`,
      )
    }
    call.streams.change(stream, { retentionHours: hours }, call.now)
    return undefined
  },
)
