import type { Duration } from '../../../src/units.ts'

/** Which calls a fault may strike, and how often it does. */
export interface FaultAim {
  /** Such as `['GetRecords']`. Default: every operation that a fault of the kind can strike. */
  readonly operations?: readonly string[]
  /** Only what concerns the stream of this name. */
  readonly stream?: string
  /** Only what concerns the shard of this id, such as `shardId-000000000000`. A call that names no shard is spared. */
  readonly shard?: string
  /** The chance of each call, or each event of a subscription, from 0 to 1. Default: 1. */
  readonly rate?: number
  /** Strikes so often at most, then never again. Default: no end. */
  readonly count?: number
}

/** One thing that goes wrong, on purpose. */
export type Fault = FaultAim &
  (
    | CallFault
    /** Some records of a PutRecords are not stored, and the answer says so. */
    | {
        readonly kind: 'partial-put'
        /** The share of the records that fail, above 0 and up to 1; one fails in any case. Default: 0.5. */
        readonly share?: number
        /** How they fail. Default: each in one of the two ways. */
        readonly error?: PutRefusal
      }
    /** ListShards and DescribeStream do not show the children of a split or merge that is younger than `delay`. */
    | { readonly kind: 'delayed-shards'; readonly delay: Duration }
    /** GetRecords, or the last event of a subscription, ends a shard without naming its children. */
    | { readonly kind: 'missing-children' }
    | EventFault
  )

/** What happens to a call as a whole, whatever it asks for. */
export type CallFault =
  /** Refused, with the error for "too many calls" that the operation has. */
  | { readonly kind: 'throttle' }
  /** Refused with status 500. */
  | { readonly kind: 'internal-failure' }
  /** GetRecords is told that its iterator has expired. */
  | { readonly kind: 'expired-iterator' }
  /** The call is done at once, its answer leaves only after `delay`. */
  | { readonly kind: 'slow'; readonly delay: Duration }
  /** The call is done, and the connection ends in the middle of its answer. */
  | { readonly kind: 'cut' }
  /** The call is done, and the connection ends without an answer, after `delay`. Default: at once. */
  | { readonly kind: 'lost-answer'; readonly delay?: Duration }

/** What happens to one event of a subscription. */
export type EventFault =
  /** The connection ends in the middle of the event. */
  | { readonly kind: 'truncated-frame' }
  /** The event arrives with a bit flipped. */
  | { readonly kind: 'bad-crc' }
  /** The stream ends before the event, as it does after five minutes. */
  | { readonly kind: 'drop' }
  /** The stream stays open, and sends nothing any more: not even empty events. */
  | { readonly kind: 'silence' }
  /** The stream ends with an exception in place of the event. */
  | { readonly kind: 'error-event'; readonly error?: StreamException }
  /** The event comes twice. */
  | { readonly kind: 'repeat' }

/** How the service refuses a record of a put. */
export type PutRefusal = 'ProvisionedThroughputExceededException' | 'InternalFailure'

/** What the service may end a subscription with. */
export type StreamException =
  | 'InternalFailureException'
  | 'KMSAccessDeniedException'
  | 'KMSDisabledException'
  | 'KMSInvalidStateException'
  | 'KMSNotFoundException'
  | 'KMSOptInRequired'
  | 'KMSThrottlingException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'

/** What can go wrong. */
export type FaultKind = Fault['kind']

/** The faults of one kind. */
export type FaultOf<K extends FaultKind> = Extract<Fault, { readonly kind: K }>

/** Faults, and the seed of their chance: the same seed and the same calls in the same order give the same faults. */
export interface FaultPlan {
  /** A whole number from 0 to 4,294,967,295. Default: 0. */
  readonly seed?: number
  /** 100 at most. Where several could strike, the first of them does. */
  readonly faults: readonly Fault[]
}
