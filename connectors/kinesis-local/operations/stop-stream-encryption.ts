import { countedChange } from './counted-change.ts'
import { checkEncryption, encryptionMembers } from './encryption-key.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'

/** Records that were marked as encrypted stay so. */
export const stopStreamEncryption = operation('StopStreamEncryption', encryptionMembers, (input, call) => {
  const stream = namedStream(input, call)
  checkEncryption(input)
  const changes = countedChange(stream, 'encryptionStop', call)
  call.streams.change(stream, { keyId: null, changes }, call.now)
  return undefined
})
