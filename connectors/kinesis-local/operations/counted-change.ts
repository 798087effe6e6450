import { KinesisError } from '../protocol/kinesis-error.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import type { CountedChange, StreamDescription } from '../streams/stream-description.ts'
import type { Call } from './operation.ts'

const dayMs = 86_400_000
/** No limit looks back further. */
const mostKept = 25

/**
 * The changes of a stream with one more of this kind.
 *
 * @throws KinesisError LimitExceededException if there were too many within 24 hours.
 */
export function countedChange(
  { name, description }: LocalStream,
  change: CountedChange,
  { limits, now }: Call,
): StreamDescription['changes'] {
  const recent = (description.changes[change] ?? []).filter((ms) => ms > now - dayMs)
  const most = limits.mostPerDay(change)
  if (recent.length >= most) {
    throw new KinesisError(
      'LimitExceededException',
      `Stream ${name} under account 000000000000 was changed ${recent.length} times within 24 hours; ${most} are allowed.`,
    )
  }
  return { ...description.changes, [change]: [...recent, now].slice(-mostKept) }
}
