import { KinesisError } from '../protocol/kinesis-error.ts'
import type { Member } from '../protocol/shape.ts'
import type { Structure } from '../protocol/wire.ts'
import { statusOf } from '../streams/commitment.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { StreamMode } from '../streams/stream-description.ts'
import type { Call } from './operation.ts'

/** 10 GiB/s */
const mostMiBps = 10_240

export const warmThroughputMember = { kind: 'integer', min: 0 } as const satisfies Member

/** @throws KinesisError ValidationException if a stream of this mode cannot be made ready for so much, or nobody can. */
export function checkWarmThroughput(mode: StreamMode, MiBps: number, { account, now }: Call): void {
  if (mode === 'PROVISIONED') throw refused('is only supported for streams in mode ON_DEMAND')
  if (statusOf(account.commitment, now) === 'DISABLED') {
    throw refused('needs an account with MinimumThroughputBillingCommitment enabled')
  }
  if (MiBps > mostMiBps) throw refused(`is ${MiBps}; at most ${mostMiBps} is allowed`)
}

function refused(why: string): KinesisError {
  return new KinesisError('ValidationException', `WarmThroughputMiBps ${why}.`)
}

/** What a stream is ready for, as clients see it; `undefined` for one that was never asked to be. */
export function warmThroughput({ description, open }: LocalStream): Structure | undefined {
  const { warmThroughputMiBps } = description
  return warmThroughputMiBps === null
    ? undefined
    : { TargetMiBps: warmThroughputMiBps, CurrentMiBps: open.length }
}
