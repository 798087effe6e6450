import { s3Store } from 'millrace/connectors/s3'
import hourly from './hourly-job.ts'

const store = s3Store({ bucket: 'lake', prefix: 'said-by-the-job', encryption: 'AES256' })

/** The hourly job, which says by itself that its checkpoints are in S3. */
export default { ...hourly, checkpoint: { ...hourly.checkpoint, store } }
