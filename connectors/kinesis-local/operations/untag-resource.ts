import { resourceArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { removeTags, tagKeys } from './tags.ts'

export const untagResource = operation(
  'UntagResource',
  { ResourceARN: resourceArn, TagKeys: tagKeys },
  ({ ResourceARN, TagKeys }, call) => {
    removeTags(namedStream({ StreamName: undefined, StreamARN: ResourceARN }, call), TagKeys, call)
    return undefined
  },
)
