import { operation } from './operation.ts'
import { policyArn, policyHolder, policyOf } from './resource-policy.ts'

export const getResourcePolicy = operation(
  'GetResourcePolicy',
  { ResourceARN: policyArn },
  ({ ResourceARN }, call) =>
    call.wire.encode({ Policy: policyOf(policyHolder(ResourceARN, call), ResourceARN) }),
)
