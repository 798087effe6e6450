import { operation } from './operation.ts'

/** The limits of a young account. They are told, not enforced. */
const shardLimit = 20_000
const onDemandStreamLimit = 50

export const describeLimits = operation('DescribeLimits', {}, (_, { streams, wire, now }) => {
  const all = streams.names().map((name) => streams.get(name, now)!)
  const provisioned = all.filter(({ description }) => description.mode === 'PROVISIONED')
  return wire.encode({
    ShardLimit: shardLimit,
    OpenShardCount: provisioned.reduce((sum, { open }) => sum + open.length, 0),
    OnDemandStreamCount: all.length - provisioned.length,
    OnDemandStreamCountLimit: onDemandStreamLimit,
  })
})
