import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { addTags, taggedStream, tagMap } from './tags.ts'

export const addTagsToStream = operation(
  'AddTagsToStream',
  { ...streamMembers, Tags: { ...tagMap, required: true, min: 1 } },
  (input, call) => {
    addTags(taggedStream(namedStream(input, call), call), input.Tags)
    return undefined
  },
)
