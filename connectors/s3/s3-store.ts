import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { type Duration, milliseconds } from '../../src/units.ts'
import { connect } from './connect.ts'
import type { S3Connection } from './connection.ts'
import type { S3Encryption } from './encryption.ts'
import { type Location, locationAt, locationOf } from './location.ts'
import { ObjectStore } from './object-store.ts'

/** Where a job keeps its checkpoints in S3. */
export interface S3StoreOptions extends S3Connection {
  /** The name of a general purpose bucket, or the ARN of an access point. It must be there. */
  readonly bucket: string
  /** The folder in the bucket, such as `checkpoints/orders`. Each job needs one of its own, and nobody else may write there. */
  readonly prefix: string
  /** How S3 encrypts the objects. Default: as the bucket says. */
  readonly encryption?: S3Encryption | undefined
  /** How long a request is tried again before the store fails. Default `'2m'`. */
  readonly giveUpAfter?: Duration | undefined
}

/**
 * Keeps checkpoints in a bucket of S3, or of a service that speaks the same and knows `If-None-Match: *` on writes. One
 * blob is one object, named `<prefix>/<name of the blob>`. Needs the package `@aws-sdk/client-s3`, which is loaded with
 * the first request. Nothing is asked of the service before.
 *
 * @returns A store whose methods reject with `STORE_FAILED` where trying again later may help, and with
 *   `STORE_REFUSED`, `ACCESS_DENIED`, `CREDENTIALS_MISSING`, `REGION_MISSING` or `OPTION_INVALID` where it cannot.
 * @throws MillraceError `OPTION_INVALID` if the bucket or the prefix has no such name.
 * @example
 * s3Store({ bucket: 'lake', prefix: 'checkpoints/orders' }).description // 's3://lake/checkpoints/orders/'
 */
export function s3Store(options: S3StoreOptions): CheckpointStore {
  return storeIn(locationOf(options.bucket, options.prefix), options)
}

/**
 * The same by a URL such as `s3://lake/checkpoints/orders`, connected as the environment says.
 *
 * @throws MillraceError `OPTION_INVALID` if it is not such a URL.
 * @example
 * s3StoreAt('s3://lake/checkpoints/orders').description // 's3://lake/checkpoints/orders/'
 */
export function s3StoreAt(url: string): CheckpointStore {
  return storeIn(locationAt(url), {})
}

function storeIn(location: Location, options: Omit<S3StoreOptions, 'bucket' | 'prefix'>): CheckpointStore {
  const { bucket } = location
  return new ObjectStore(location, () => connect({ ...options, bucket }), {
    clock: systemClock,
    random: systemRandom,
    patienceMs: milliseconds(options.giveUpAfter ?? '2m'),
  })
}
