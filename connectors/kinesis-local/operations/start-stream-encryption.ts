import { countedChange } from './counted-change.ts'
import { checkEncryption, encryptionMembers } from './encryption-key.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'

/** Marks the records to come as encrypted. There is no key service: every key that can be named is taken to be there. */
export const startStreamEncryption = operation('StartStreamEncryption', encryptionMembers, (input, call) => {
  const stream = namedStream(input, call)
  checkEncryption(input)
  const changes = countedChange(stream, 'encryptionStart', call)
  call.streams.change(stream, { keyId: input.KeyId, changes }, call.now)
  return undefined
})
