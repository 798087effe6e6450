import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { addTags, tagMap } from './tags.ts'

export const addTagsToStream = operation(
  'AddTagsToStream',
  { ...streamMembers, Tags: { ...tagMap, required: true, min: 1 } },
  (input, call) => {
    addTags(namedStream(input, call), input.Tags, call)
    return undefined
  },
)
