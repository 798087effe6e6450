import { resourceArn } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { tagList } from './tags.ts'

export const listTagsForResource = operation(
  'ListTagsForResource',
  { ResourceARN: resourceArn },
  ({ ResourceARN }, call) =>
    call.wire.encode({ Tags: tagList(namedStream({ StreamName: undefined, StreamARN: ResourceARN }, call)) }),
)
