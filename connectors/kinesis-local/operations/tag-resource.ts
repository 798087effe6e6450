import { resourceArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { addTags, tagMap } from './tags.ts'

export const tagResource = operation(
  'TagResource',
  { ResourceARN: resourceArn, Tags: { ...tagMap, required: true, min: 1 } },
  ({ ResourceARN, Tags }, call) => {
    addTags(namedStream({ StreamName: undefined, StreamARN: ResourceARN }, call), Tags, call)
    return undefined
  },
)
