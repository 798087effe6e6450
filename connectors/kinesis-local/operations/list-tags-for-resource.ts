import { resourceArn } from './members.ts'
import { operation } from './operation.ts'
import { taggedResource } from './tagged-resource.ts'
import { tagList } from './tags.ts'

export const listTagsForResource = operation(
  'ListTagsForResource',
  { ResourceARN: resourceArn },
  ({ ResourceARN }, call) => call.wire.encode({ Tags: tagList(taggedResource(ResourceARN, call)) }),
)
