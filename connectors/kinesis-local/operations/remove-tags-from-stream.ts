import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { removeTags, taggedStream, tagKeys } from './tags.ts'

export const removeTagsFromStream = operation(
  'RemoveTagsFromStream',
  { ...streamMembers, TagKeys: tagKeys },
  (input, call) => {
    removeTags(taggedStream(namedStream(input, call), call), input.TagKeys)
    return undefined
  },
)
