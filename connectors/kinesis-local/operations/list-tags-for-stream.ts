import { paged } from '../protocol/paged.ts'
import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { taggedStream, tagKey, tagList } from './tags.ts'

const mostTags = 50

export const listTagsForStream = operation(
  'ListTagsForStream',
  { ...streamMembers, ExclusiveStartTagKey: tagKey, Limit: { kind: 'integer', min: 1, max: mostTags } },
  (input, call) => {
    const tags = tagList(taggedStream(namedStream(input, call), call))
    const after = input.ExclusiveStartTagKey ?? ''
    const { page, more } = paged(tags, ({ Key }) => Key > after, input.Limit ?? mostTags)
    return call.wire.encode({ Tags: page, HasMoreTags: more })
  },
)
