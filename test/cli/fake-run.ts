import { Subject } from 'rxjs'
import type { Services } from '../../src/cli/services.ts'
import type { Job } from '../../src/job.ts'
import type { JobEvent } from '../../src/observe/events.ts'
import type { JobMetrics } from '../../src/observe/metrics.ts'
import type { JobResult, RunningJob, RunOptions } from '../../src/runtime/running-job.ts'

/** A run whose events, metrics and end are scripted. `script` begins when the command follows it. */
export class FakeRun {
  readonly events$ = new Subject<JobEvent>()
  readonly metrics$ = new Subject<JobMetrics>()
  stops = 0
  job: Job | undefined
  options: RunOptions | undefined
  private readonly result = Promise.withResolvers<JobResult>()
  private readonly script: (run: FakeRun) => void

  constructor(script: (run: FakeRun) => void) {
    this.script = script
  }

  end(metrics: JobMetrics): void {
    this.result.resolve({ outcome: 'stopped', epoch: 3, metrics })
  }

  fail(error: unknown): void {
    this.result.reject(error)
  }

  get services(): Pick<Services, 'engine' | 'checkpoints'> {
    return {
      engine: async () => ({ run: (job, options) => this.start(job, options) }),
      checkpoints: async () => ({ folderStore }),
    }
  }

  private start(job: Job, options: RunOptions | undefined): RunningJob {
    this.job = job
    this.options = options
    return {
      name: job.name,
      events$: this.events$,
      metrics$: this.metrics$,
      checkpoints$: new Subject(),
      stop: () => {
        this.stops += 1
      },
      // biome-ignore lint: placeholder
      then: (fulfilled, rejected) => {
        this.script(this)
        return this.result.promise.then(fulfilled, rejected)
      },
    }
  }
}

const folderStore = (folder: string) => ({
  description: `folder ${folder}`,
  writeOnce: async () => 'written' as const,
  read: async () => undefined,
  list: async () => [],
  delete: async () => {},
})
