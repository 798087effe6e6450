import { AwsThroughput } from '../streams/aws-throughput.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { CountedChange } from '../streams/stream-description.ts'
import { accountQuotas } from './account-quotas.ts'
import { CallRates } from './call-rates.ts'
import { OnDemandScaling } from './on-demand-scaling.ts'
import type { ScalingAction } from './scaling-action.ts'
import type { ServiceLimits } from './service-limits.ts'

const perDay: Readonly<Record<CountedChange, number>> = {
  mode: 2,
  shardCount: 10,
  encryptionStart: 25,
  encryptionStop: 25,
}

/** The limits of the service, for a young account. */
export class AwsLimits implements ServiceLimits {
  readonly mostOnDemandStreams = accountQuotas.onDemandStreams
  readonly mostProvisionedShards = accountQuotas.provisionedShards
  readonly #rates = new CallRates()
  readonly #scaling = new OnDemandScaling()

  throughput(): AwsThroughput {
    return new AwsThroughput()
  }

  mayCall(operation: string, stream: string | undefined, now: number): boolean {
    return this.#rates.mayCall(operation, stream, now)
  }

  mostPerDay(change: CountedChange): number {
    return perDay[change]
  }

  scaling(stream: LocalStream, now: number): ScalingAction | undefined {
    return this.#scaling.next(stream, now)
  }
}
