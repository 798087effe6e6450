import { accountQuotas } from '../limits/account-quotas.ts'
import { accountUse } from './account-quota.ts'
import { operation } from './operation.ts'

/** Told with or without limits; enforced only with them. */
export const describeLimits = operation('DescribeLimits', {}, (_, call) => {
  const { provisionedShards, onDemandStreams } = accountUse(call)
  return call.wire.encode({
    ShardLimit: accountQuotas.provisionedShards,
    OpenShardCount: provisionedShards,
    OnDemandStreamCount: onDemandStreams,
    OnDemandStreamCountLimit: accountQuotas.onDemandStreams,
  })
})
