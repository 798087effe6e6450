export type { LocalKinesis, LocalKinesisOptions } from './start-local-kinesis.ts'
export { startLocalKinesis } from './start-local-kinesis.ts'
