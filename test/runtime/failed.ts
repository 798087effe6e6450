import { type JobEvent, MillraceError, type RunningJob } from 'millrace'

/** The error that ends a job. */
export async function failureOf(running: PromiseLike<unknown>): Promise<MillraceError> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof MillraceError) return error
  throw new Error(`not an error of the catalogue: ${String(error)}`)
}

/** What a job tells while it runs, as it comes. */
export function eventsOf(running: RunningJob): JobEvent[] {
  const events: JobEvent[] = []
  running.events$.subscribe((event) => events.push(event))
  return events
}
