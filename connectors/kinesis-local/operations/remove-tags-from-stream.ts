import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'
import { removeTags, tagKeys } from './tags.ts'

export const removeTagsFromStream = operation(
  'RemoveTagsFromStream',
  { ...streamMembers, TagKeys: tagKeys },
  (input, call) => {
    removeTags(namedStream(input, call), input.TagKeys, call)
    return undefined
  },
)
