import { operation } from './operation.ts'
import { policyArn, policyHolder, policyOf } from './resource-policy.ts'

export const deleteResourcePolicy = operation(
  'DeleteResourcePolicy',
  { ResourceARN: policyArn },
  ({ ResourceARN }, call) => {
    const stream = policyHolder(ResourceARN, call)
    policyOf(stream, ResourceARN)
    const { [ResourceARN]: _, ...policies } = stream.description.policies
    call.streams.change(stream, { policies }, call.now)
    return undefined
  },
)
