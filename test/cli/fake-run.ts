import { Subject } from 'rxjs'
import type { Services } from '../../src/cli/services.ts'
import type { Job } from '../../src/job.ts'
import type { JobEvent } from '../../src/observe/events.ts'
import type { JobMetrics } from '../../src/observe/metrics.ts'
import type { JobResult, RunningJob, RunOptions } from '../../src/runtime/running-job.ts'

/** A run whose events, metrics and end are scripted. The script begins once the command listens. */
export class FakeRun {
  readonly events$ = new Subject<JobEvent>()
  readonly metrics$ = new Subject<JobMetrics>()
  stops = 0
  job: Job | undefined
  options: RunOptions | undefined
  end: (metrics: JobMetrics) => void = () => {}
  fail: (error: unknown) => void = () => {}
  readonly #script: (run: FakeRun) => void

  constructor(script: (run: FakeRun) => void) {
    this.#script = script
  }

  get services(): Pick<Services, 'engine' | 'checkpoints' | 's3'> {
    return {
      engine: async () => ({ run: (job, options) => this.#start(job, options) }),
      checkpoints: async () => ({ folderStore }),
      s3: async () => ({ s3StoreAt: (url) => ({ ...folderStore(''), description: url }) }),
    }
  }

  #start(job: Job, options: RunOptions | undefined): RunningJob {
    this.job = job
    this.options = options
    const result = new Promise<JobResult>((resolve, reject) => {
      this.end = (metrics) => resolve({ outcome: 'stopped', epoch: 3, metrics })
      this.fail = reject
    })
    queueMicrotask(() => this.#script(this))
    const stop = () => {
      this.stops += 1
    }
    const { events$, metrics$ } = this
    return Object.assign(result, {
      name: job.name,
      events$,
      metrics$,
      checkpoints$: new Subject<never>(),
      stop,
    })
  }
}

const folderStore = (folder: string) => ({
  description: `folder ${folder}`,
  writeOnce: async () => 'written' as const,
  read: async () => undefined,
  list: async () => [],
  delete: async () => {},
})
