import { operations } from '../operations/operations.ts'
import type { FaultKind, PutRefusal, StreamException } from './fault.ts'

/** What a fault says besides what it is aimed at. */
export type FaultParameter = 'delay' | 'share' | 'error'

/** What the faults of a kind may say. */
interface KindOfFault {
  readonly operations: readonly string[]
  readonly required?: readonly FaultParameter[]
  readonly optional?: readonly FaultParameter[]
  /** What `error` may be. */
  readonly errors?: readonly string[]
}

const refusals: readonly PutRefusal[] = ['ProvisionedThroughputExceededException', 'InternalFailure']

const exceptions: readonly StreamException[] = [
  'InternalFailureException',
  'KMSAccessDeniedException',
  'KMSDisabledException',
  'KMSInvalidStateException',
  'KMSNotFoundException',
  'KMSOptInRequired',
  'KMSThrottlingException',
  'ResourceInUseException',
  'ResourceNotFoundException',
]

const subscription = 'SubscribeToShard'
const everyOperation = [...operations.keys()]
const withWholeAnswer = everyOperation.filter((name) => name !== subscription)
const onEvents: KindOfFault = { operations: [subscription] }

/** Every kind of fault. */
export const faultKinds: Readonly<Record<FaultKind, KindOfFault>> = {
  throttle: { operations: everyOperation },
  'internal-failure': { operations: everyOperation },
  'expired-iterator': { operations: ['GetRecords'] },
  slow: { operations: everyOperation, required: ['delay'] },
  cut: { operations: withWholeAnswer },
  'lost-answer': { operations: everyOperation, optional: ['delay'] },
  'partial-put': { operations: ['PutRecords'], optional: ['share', 'error'], errors: refusals },
  'delayed-shards': { operations: ['ListShards', 'DescribeStream'], required: ['delay'] },
  'missing-children': { operations: ['GetRecords', subscription] },
  'truncated-frame': onEvents,
  'bad-crc': onEvents,
  drop: onEvents,
  silence: onEvents,
  'error-event': { ...onEvents, optional: ['error'], errors: exceptions },
  repeat: onEvents,
}
