import process from 'node:process'
import { type CheckpointStore, exponentialDelay, folderStore, type ObjectDestination } from 'millrace'
import { folder } from 'millrace/connectors/files'
import { bucket, s3Store } from 'millrace/connectors/s3'
import { troubledLake } from './troubled-lake.ts'
import { troubledStore } from './troubled-store.ts'

const inS3 = process.env['ORDEAL_PLACE'] === 's3'
const giveUpAfter = '1s'

/** Where checkpoints are kept: below the folder of the process, or in the bucket `lake`. */
export const store: CheckpointStore = troubledStore(
  inS3 ? s3Store({ bucket: 'lake', prefix: 'checkpoints', giveUpAfter }) : folderStore('checkpoints'),
)

/** Where results go. */
export const lake: ObjectDestination = troubledLake(
  inS3 ? bucket('s3://lake/out', { giveUpAfter }) : folder('out'),
)

/** Comes back soon, and as often as there are troubles. */
export const restart = exponentialDelay({ initialBackoff: '20ms', maxBackoff: '200ms', attempts: 1_000 })
