import { operation } from './operation.ts'
import { checkPolicy, livePolicies, policyArn, policyHolder } from './resource-policy.ts'

export const putResourcePolicy = operation(
  'PutResourcePolicy',
  { ResourceARN: policyArn, Policy: { kind: 'string', required: true } },
  ({ ResourceARN, Policy }, call) => {
    const stream = policyHolder(ResourceARN, call)
    checkPolicy(Policy)
    const policies = { ...livePolicies(stream, call), [ResourceARN]: Policy }
    call.streams.change(stream, { policies }, call.now)
    return undefined
  },
)
