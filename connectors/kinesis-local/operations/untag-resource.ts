import { resourceArn } from './members.ts'
import { operation } from './operation.ts'
import { taggedResource } from './tagged-resource.ts'
import { removeTags, tagKeys } from './tags.ts'

export const untagResource = operation(
  'UntagResource',
  { ResourceARN: resourceArn, TagKeys: tagKeys },
  ({ ResourceARN, TagKeys }, call) => {
    removeTags(taggedResource(ResourceARN, call), TagKeys)
    return undefined
  },
)
