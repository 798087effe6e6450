import type { JobMetrics } from '../observe/metrics.ts'
import type { RunReport } from '../observe/run-report.ts'
import type { RunningJob } from '../runtime/running-job.ts'

/** Reports a run from its start to its end. Rejects with the error that ended it. */
export async function follow(running: RunningJob, report: RunReport): Promise<void> {
  let last: JobMetrics | undefined
  const events = running.events$.subscribe((event) => report.event(event))
  const metrics = running.metrics$.subscribe((each) => {
    last = each
    report.metrics(each)
  })
  try {
    last = (await running).metrics
  } finally {
    events.unsubscribe()
    metrics.unsubscribe()
    report.close(last)
  }
}
