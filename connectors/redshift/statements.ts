import { randomUUID } from 'node:crypto'
import { awsFailure } from '../../src/contract/aws-failure.ts'
import type { Clock, Random } from '../../src/contract/clock.ts'
import { isMillraceError, MillraceError } from '../../src/errors.ts'
import type { DataApi } from './data-api.ts'
import { StatementFailed } from './statement-failure.ts'

/** How long and by which clock is waited. */
export interface Patience {
  readonly clock: Clock
  readonly random: Random
  /** How long statements may take, and how long the service may give no answer. */
  readonly patienceMs: number
  /** What is done, as `load into the table public.orders`. */
  readonly doing: string
}

const callMs = 30_000
const firstPauseMs = 100
const longestPauseMs = 5000

/** Runs statements and waits for their end. */
export class Statements {
  readonly #api: DataApi
  readonly #how: Patience

  constructor(api: DataApi, how: Patience) {
    this.#api = api
    this.#how = how
  }

  /**
   * Runs statements as one transaction, and gives their id.
   *
   * @throws StatementFailed if Redshift has run them and they failed.
   * @throws MillraceError `SINK_FAILED` if there is no answer, or no end, for as long as the patience lasts; `ACCESS_DENIED`,
   *   `CREDENTIALS_MISSING`, `REGION_MISSING` or `OPTION_INVALID` where the call itself is refused.
   */
  async run(statements: readonly string[]): Promise<string> {
    const { clock, patienceMs, doing } = this.#how
    // An answer may be lost: with its token the same statements are not handed over twice.
    const token = randomUUID()
    const id = await this.#answered((signal) => this.#api.submit(statements, token, signal))
    const startedAt = clock.now()
    for (let look = 1; ; look += 1) {
      const { status, error, queryId } = await this.#answered((signal) => this.#api.progress(id, signal))
      if (status === 'FINISHED') return id
      if (status === 'FAILED' || status === 'ABORTED')
        throw new StatementFailed(error ?? `the statement is ${status}`, queryId)
      const waitedMs = clock.now() - startedAt
      if (waitedMs >= patienceMs)
        throw new MillraceError(
          'SINK_FAILED',
          `cannot ${doing}: statement ${id} is ${status} for ${Math.round(waitedMs / 1000)} s`,
        )
      await clock.sleep(this.#pauseMs(look))
    }
  }

  /** Runs a query and gives what it finds. */
  async query(statement: string): Promise<readonly (readonly string[])[]> {
    const id = await this.run([statement])
    const found: (readonly string[])[] = []
    for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
      const at = next
      const page = await this.#answered((signal) => this.#api.rows(id, at, signal))
      found.push(...page.rows)
      next = page.next
    }
    return found
  }

  close(): void {
    this.#api.close()
  }

  async #answered<R>(call: (signal: AbortSignal) => Promise<R>): Promise<R> {
    const { clock, patienceMs, doing } = this.#how
    const startedAt = clock.now()
    for (let failures = 1; ; failures += 1) {
      try {
        return await limited(call, clock)
      } catch (error) {
        const failure = refusal(error, doing)
        if (failure !== undefined) throw failure
        const waitMs = this.#pauseMs(failures)
        if (clock.now() - startedAt + waitMs >= patienceMs) {
          const { name, message } = error as Error
          const after = `no success in ${failures} attempts`
          throw new MillraceError(
            'SINK_FAILED',
            `cannot ${doing}: ${after}, the last one: ${name}: ${message}`,
          )
        }
        await clock.sleep(waitMs)
      }
    }
  }

  #pauseMs(times: number): number {
    const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(times - 1, 30))
    return Math.ceil(bound * (1 + this.#how.random()) * 0.5)
  }
}

/** What trying again cannot help. */
function refusal(error: unknown, doing: string): MillraceError | undefined {
  if (error instanceof Error && error.name === 'ValidationException')
    return new MillraceError('OPTION_INVALID', `cannot ${doing}: ${error.message}`)
  const failure = awsFailure(error, doing)
  return isMillraceError(failure) ? failure : undefined
}

/** One attempt, ended after a while. */
async function limited<R>(call: (signal: AbortSignal) => Promise<R>, clock: Clock): Promise<R> {
  const [attempt, timer] = [new AbortController(), new AbortController()]
  const timedOut = clock.sleep(callMs, timer.signal).then((): never | Promise<never> => {
    if (timer.signal.aborted) return new Promise<never>(() => {})
    attempt.abort()
    throw Object.assign(new Error(`no answer within ${callMs / 1000} s`), { name: 'TimeoutError' })
  })
  try {
    return await Promise.race([call(attempt.signal), timedOut])
  } finally {
    timer.abort('answered')
  }
}
