import { resourceArn } from './members.ts'
import { operation } from './operation.ts'
import { taggedResource } from './tagged-resource.ts'
import { addTags, tagMap } from './tags.ts'

export const tagResource = operation(
  'TagResource',
  { ResourceARN: resourceArn, Tags: { ...tagMap, required: true, min: 1 } },
  ({ ResourceARN, Tags }, call) => {
    addTags(taggedResource(ResourceARN, call), Tags)
    return undefined
  },
)
