import { MillraceError } from '../errors.ts'
import { valuePreview } from '../observe/value-preview.ts'
import { valueFailedAt } from './failed-value.ts'

/** So often the same record may end an attempt though the job has made progress in between: then it is the record. */
const failuresBesideProgress = 3
/** So often in any case. What a function calls may be away for as long as ten restarts take. */
const failuresInAll = 12
/** Of so many records it is remembered that they have failed. */
const recordsRemembered = 100

interface Failures {
  readonly inAll: number
  /** Those before which there was progress since the one before. */
  readonly besideProgress: number
  /** How much progress the run had made by the last one. */
  readonly progress: number
}

/**
 * The records that attempts of this run have failed at. One that does so again and again will not pass: what comes after
 * it in its split would never be read, while other splits make progress and keep the job restarting for ever. Known
 * within one run of the process only, so that a run that was started again, with a corrected job, begins anew.
 */
export class FailedAtRecords {
  readonly #failures = new Map<string, Failures>()
  #progress = 0

  /** A checkpoint holds something new. */
  progressed(): void {
    this.#progress += 1
  }

  /** What to make of a failure: itself, or `RECORD_POISONED` if its record has failed too often. */
  judge(error: MillraceError): MillraceError {
    const { source, shard, sequenceNumber, operator } = error.where
    if (!error.retryable || sequenceNumber === undefined) return error
    const { inAll, besideProgress } = this.#count(JSON.stringify([source, shard, sequenceNumber]))
    if (inAll < failuresInAll && besideProgress < failuresBesideProgress) return error
    const by = operator === undefined ? '' : ` in ${operator}`
    const known = valueFailedAt(error)
    const record = known === undefined ? '' : `; the record begins with ${valuePreview(known.value)}`
    return new MillraceError(
      'RECORD_POISONED',
      `the job has failed ${inAll} times at one record${by}, and was restarted in between${record}`,
      { where: error.where, cause: error },
    )
  }

  #count(place: string): Failures {
    const before = this.#failures.get(place)
    const progress = this.#progress
    const alone = before?.progress === progress
    const failures = {
      inAll: (before?.inAll ?? 0) + 1,
      besideProgress: (before?.besideProgress ?? 0) + (alone ? 0 : 1),
      progress,
    }
    this.#failures.delete(place)
    this.#failures.set(place, failures)
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= recordsRemembered) break
      this.#failures.delete(oldest)
    }
    return failures
  }
}
