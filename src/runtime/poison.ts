import { MillraceError } from '../errors.ts'

/** So often the same record may end an attempt: by chance it does so once, by what is outside perhaps twice. */
const failuresOfOneRecord = 3
/** Of so many records it is remembered that they have failed. */
const recordsRemembered = 100

/**
 * The records that attempts of this run have failed at. One that does so again and again will not pass: what comes after
 * it in its split would never be read, while other splits make progress and keep the job restarting for ever. Known
 * within one run of the process only, so that a run that was started again, with a corrected job, begins anew.
 */
export class FailedAtRecords {
  readonly #failures = new Map<string, number>()

  /** What to make of a failure: itself, or `RECORD_POISONED` if its record has failed too often. */
  judge(error: MillraceError): MillraceError {
    const { source, shard, sequenceNumber, operator } = error.where
    if (!error.retryable || sequenceNumber === undefined) return error
    const place = JSON.stringify([source, shard, sequenceNumber])
    const failures = (this.#failures.get(place) ?? 0) + 1
    this.#failures.delete(place)
    this.#failures.set(place, failures)
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= recordsRemembered) break
      this.#failures.delete(oldest)
    }
    if (failures < failuresOfOneRecord) return error
    const by = operator === undefined ? '' : ` in ${operator}`
    return new MillraceError(
      'RECORD_POISONED',
      `the job has failed ${failures} times at one record${by}, and was restarted in between`,
      { where: error.where, cause: error },
    )
  }
}
