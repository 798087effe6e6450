import type { LocalStream } from '../streams/local-stream.ts'
import type { CountedChange } from '../streams/stream-description.ts'
import { type Throughput, unlimited } from '../streams/throughput.ts'
import type { ScalingAction } from './scaling-action.ts'

/** How much of everything a server gives. All times are milliseconds since 1970. */
export interface ServiceLimits {
  /** The capacity of one new shard. */
  throughput(): Throughput
  /** Takes note of a call, and says whether it comes too soon after others. `stream` is the one it names. */
  mayCall(operation: string, stream: string | undefined, now: number): boolean
  /** How often within 24 hours a stream may be changed so. */
  mostPerDay(change: CountedChange): number
  readonly mostOnDemandStreams: number
  /** Open ones, of all streams in mode PROVISIONED together. */
  readonly mostProvisionedShards: number
  /** What the service would do by itself with a stream in mode ON_DEMAND, if anything. */
  scaling(stream: LocalStream, now: number): ScalingAction | undefined
}

/** As much as the machine can do. */
export const noLimits: ServiceLimits = {
  throughput: () => unlimited,
  mayCall: () => true,
  mostPerDay: () => Number.POSITIVE_INFINITY,
  mostOnDemandStreams: Number.POSITIVE_INFINITY,
  mostProvisionedShards: Number.POSITIVE_INFINITY,
  scaling: () => undefined,
}
