import { KinesisError } from '../protocol/kinesis-error.ts'
import { putBatch } from '../streams/put-batch.ts'
import { recordMembers, streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { routedRecord } from './routed-record.ts'
import { scaleOnDemand } from './scale-on-demand.ts'

const largestRequest = 10 * 2 ** 20

export const putRecords = operation(
  'PutRecords',
  {
    ...streamMembers,
    Records: {
      kind: 'list',
      required: true,
      min: 1,
      max: 500,
      of: { kind: 'structure', required: true, members: recordMembers },
    },
  },
  (input, call) => {
    const stream = namedStream(input, call)
    scaleOnDemand(stream, call)
    const records = input.Records.map((record, at) => routedRecord(stream, record, at, call))
    if (records.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > largestRequest) {
      throw new KinesisError('InvalidArgumentException', 'Records size exceeds 10 MiB limit')
    }
    const refused = call.disturbance.refused(stream, records)
    return call.wire.encodePuts(putBatch(stream, records, call.wire, call.now, refused))
  },
)
