import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Job } from '../job.ts'
import type { RunningJob, RunOptions } from '../runtime/running-job.ts'

type Agent = typeof import('../../connectors/agent/index.ts')
type Kinesis = typeof import('../../connectors/kinesis/index.ts')
type LocalKinesis = typeof import('../../connectors/kinesis-local/index.ts')
type S3 = typeof import('../../connectors/s3/index.ts')

/** What commands use of the rest of Millrace. Each is loaded when it is needed, so that `--help` is there at once. */
export interface Services {
  engine(): Promise<{ run(job: Job, options?: RunOptions): RunningJob }>
  checkpoints(): Promise<{ folderStore(folder: string): CheckpointStore }>
  s3(): Promise<Pick<S3, 's3StoreAt'>>
  checkpointTools(): Promise<typeof import('./checkpoint-tools.ts')>
  agent(): Promise<Pick<Agent, 'runAgent'>>
  kinesis(): Promise<
    Pick<Kinesis, 'createStream' | 'listConsumers' | 'openPut' | 'putRecords' | 'removeConsumer' | 'tail'>
  >
  localKinesis(): Promise<Pick<LocalKinesis, 'readFaults' | 'startLocalKinesis'>>
}
