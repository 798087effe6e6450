import type { Call, FaultKind } from './fault.ts'

/** An error as the AWS SDK gives it. */
export function serviceFault(name: string, status: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })
}

/** What Kinesis, or the way to it, answers to a call that goes wrong. */
export function kinesisFailure(kind: FaultKind | undefined, { operation }: Call): Error {
  if (kind === 'throttle') {
    return operation === 'GetRecords' || operation === 'GetShardIterator'
      ? serviceFault('ProvisionedThroughputExceededException', 400)
      : serviceFault('LimitExceededException', 400)
  }
  if (kind === 'iterator expired') return serviceFault('ExpiredIteratorException', 400)
  if (kind === 'subscription dropped')
    return Object.assign(new Error('the connection was lost'), { code: 'ECONNRESET' })
  return serviceFault('InternalFailureException', 500)
}
