import type { ObjectDestination } from '../../src/contract/object-destination.ts'
import { type Duration, milliseconds } from '../../src/units.ts'
import { BucketStage } from './bucket-stage.ts'
import { connect } from './connect.ts'
import type { S3Connection } from './connection.ts'
import type { S3Encryption } from './encryption.ts'
import { locationAt } from './location.ts'
import { checkedFeatures, type ObjectFeatures } from './object-features.ts'

/** How objects go to a bucket. */
export interface BucketOptions extends S3Connection, ObjectFeatures {
  /** How S3 encrypts the objects. Default: as the bucket says. */
  readonly encryption?: S3Encryption | undefined
  /** How long a request is tried again before the sink fails, and the job restarts. Default `'2m'`. */
  readonly giveUpAfter?: Duration | undefined
}

/**
 * A folder of a bucket of S3, as the destination of a delivery sink. An object is staged as an upload in parts, which
 * nobody sees, and appears by one request that replaces nothing. Needs the package `@aws-sdk/client-s3`, which is
 * loaded when the job runs.
 *
 * Errors of the running sink: `SINK_FAILED` when S3 does not answer for `giveUpAfter`; `STORE_REFUSED`, `ACCESS_DENIED`,
 * `CREDENTIALS_MISSING` or `REGION_MISSING` where trying again cannot help; `SINK_FOREIGN_FILES` when other content has
 * a key; `SINK_COMMITTABLE_LOST` when an upload was ended by somebody else.
 *
 * @param url Such as `s3://lake/orders`: the bucket, which must be there, and the folder in it.
 * @throws MillraceError `OPTION_INVALID` if it is no such URL, or for tags and metadata that cannot be.
 * @throws RangeError if `giveUpAfter` is not a duration.
 * @example
 * bucket('s3://lake/orders', { storageClass: 'STANDARD_IA' }).description.place // 's3://lake/orders'
 */
export function bucket(url: string, options: BucketOptions = {}): ObjectDestination {
  const location = locationAt(url)
  const { storageClass, tags, metadata, giveUpAfter = '2m', ...connection } = options
  const features = checkedFeatures({ storageClass, tags, metadata })
  const patienceMs = milliseconds(giveUpAfter)
  return {
    kind: 'objects',
    description: {
      kind: 's3',
      place: `s3://${location.bucket}/${location.prefix.slice(0, -1)}`,
      because:
        'an object is named after the rows in it and appears by a conditional write that replaces nothing',
    },
    open: async ({ owns, clock, random }) => {
      const connected = await connect({ ...connection, bucket: location.bucket, features })
      return new BucketStage(location, owns, connected, { clock, random, patienceMs })
    },
  }
}
