import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf, Members } from '../protocol/shape.ts'
import { streamMembers } from './members.ts'

export const encryptionMembers = {
  ...streamMembers,
  EncryptionType: { kind: 'string', required: true, oneOf: ['NONE', 'KMS'] },
  KeyId: { kind: 'string', required: true, min: 1, max: 2048 },
} as const satisfies Members

const keyForms = [
  /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i,
  /^mrk-[\da-f]{32}$/i,
  /^arn:aws[\w-]*:kms:[\w-]+:\d{12}:(?:key|alias)\/[\w/-]+$/,
  /^alias\/[\w/-]+$/,
]

/** @throws KinesisError InvalidArgumentException for another type than KMS, and for what cannot name a key. */
export function checkEncryption({ EncryptionType, KeyId }: InputOf<typeof encryptionMembers>): void {
  if (EncryptionType !== 'KMS') {
    throw new KinesisError(
      'InvalidArgumentException',
      `EncryptionType ${EncryptionType} is not valid here, only KMS.`,
    )
  }
  if (keyForms.some((form) => form.test(KeyId))) return
  throw new KinesisError('InvalidArgumentException', `KeyId ${KeyId.slice(0, 200)} names no key.`)
}
