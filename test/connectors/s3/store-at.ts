import { connect } from '../../../connectors/s3/connect.ts'
import { locationOf } from '../../../connectors/s3/location.ts'
import { ObjectStore } from '../../../connectors/s3/object-store.ts'
import type { S3StoreOptions } from '../../../connectors/s3/s3-store.ts'
import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import type { Clock } from '../../../src/contract/clock.ts'
import type { S3Server } from '../../s3-server/start-s3.ts'
import { quickClock } from './quick-clock.ts'

/** A store at a server of the tests, as `s3Store` makes it but for its clock and chance. */
export function storeAt(
  s3: Pick<S3Server, 'endpoint'>,
  prefix = 'checkpoints/job',
  options: Partial<S3StoreOptions> = {},
  patienceMs = 120_000,
  clock: Clock = quickClock(),
): CheckpointStore {
  const connection = { bucket: 'lake', endpoint: s3.endpoint, ...options }
  return new ObjectStore(locationOf(connection.bucket, prefix), () => connect(connection), {
    clock,
    random: () => 0.5,
    patienceMs,
  })
}
