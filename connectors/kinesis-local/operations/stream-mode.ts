import { KinesisError } from '../protocol/kinesis-error.ts'
import type { InputOf, Member } from '../protocol/shape.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { StreamMode } from '../streams/stream-description.ts'

const members = {
  StreamMode: { kind: 'string', required: true, oneOf: ['PROVISIONED', 'ON_DEMAND'] },
} as const

export const streamMode = { kind: 'structure', members } as const satisfies Member

export function modeOf(details: InputOf<typeof members> | undefined): StreamMode {
  return details?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED'
}

/** The service alone decides on the shards of a stream in mode ON_DEMAND. */
export function checkProvisioned({ name, description }: LocalStream, operation: string): void {
  if (description.mode === 'PROVISIONED') return
  throw new KinesisError(
    'ValidationException',
    `${operation} is not supported for stream ${name}, which is in mode ON_DEMAND.`,
  )
}
