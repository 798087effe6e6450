import { job } from '../../../src/job.ts'

export default job('no-sink', () => [])
