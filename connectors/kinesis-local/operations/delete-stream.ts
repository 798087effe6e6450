import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'

export const deleteStream = operation('DeleteStream', streamMembers, (input, call) => {
  call.streams.delete(namedStream(input, call).name)
  return undefined
})
