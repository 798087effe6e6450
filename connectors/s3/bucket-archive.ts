import type { ArchivedFile, ArchivePlace } from '../../src/contract/archive-place.ts'
import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { type Duration, milliseconds } from '../../src/units.ts'
import { allPages } from './all-pages.ts'
import type { Bucket, Piece, Range } from './bucket.ts'
import { type Connected, connect } from './connect.ts'
import type { S3Connection } from './connection.ts'
import { type Location, locationAt } from './location.ts'
import { type Persistence, persist } from './persist.ts'
import { serviceError } from './service-error.ts'
import { failureOf } from './service-failure.ts'

/** How a bucket is reached that is read. */
export interface BucketArchiveOptions extends S3Connection {
  /** How long a request is tried again before the source fails, and the job restarts. Default `'2m'`. */
  readonly giveUpAfter?: Duration | undefined
}

/** What the first request for an object brings: a small one as a whole, and of a large one what it says of itself. */
const firstBytes = 512 * 1024

/**
 * An archive of a stream in a folder of a bucket, as a delivery sink has written it with `to: bucket(…)`, for the option
 * `archive` of `kinesisSource`. Objects are read in ranges, each all of one version. Needs the packages `@aws-sdk/client-s3` and
 * `hyparquet`, which are loaded when the job runs.
 *
 * Errors of the running source: `SOURCE_FAILED` when S3 does not answer for `giveUpAfter`, or an object is deleted or changed
 * while it is read; `STORE_REFUSED`, `ACCESS_DENIED`, `CREDENTIALS_MISSING` or `REGION_MISSING` where trying again cannot help.
 *
 * @param url Such as `s3://lake/orders-archive`: the bucket and the folder in it.
 * @throws MillraceError `OPTION_INVALID` if it is no such URL.
 * @throws RangeError if `giveUpAfter` is not a duration.
 * @example
 * bucketArchive('s3://lake/orders-archive').description // 's3://lake/orders-archive'
 */
export function bucketArchive(url: string, options: BucketArchiveOptions = {}): ArchivePlace {
  const location = locationAt(url)
  const { giveUpAfter = '2m', ...connection } = options
  return archiveIn(location, () => connect({ ...connection, bucket: location.bucket }), {
    clock: systemClock,
    random: systemRandom,
    patienceMs: milliseconds(giveUpAfter),
  })
}

/** Everything of {@link bucketArchive} that does not depend on how S3 is reached. Connects when it is first asked. */
export function archiveIn(
  { bucket, prefix }: Location,
  connected: () => Promise<Connected>,
  how: Persistence,
): ArchivePlace {
  let connecting: Promise<Connected> | undefined
  const asking = async <T>(doing: 'list' | 'read', key: string, ask: (s3: Bucket) => Promise<T>) => {
    let to: Connected | undefined
    try {
      connecting ??= connected()
      to = await connecting
      return await ask(to.bucket)
    } catch (error) {
      if (to === undefined) connecting = undefined
      const { region, endpoint } = to ?? {}
      throw serviceError(error, { doing, bucket, key, region, endpoint, failedAs: 'SOURCE_FAILED' })
    }
  }
  return {
    description: `s3://${bucket}/${prefix.slice(0, -1)}`,
    list: () =>
      asking('list', prefix, async (s3) => {
        const found = await allPages((after, signal) => s3.list(prefix, after, signal), how)
        return found.map(({ key }) => key.slice(prefix.length))
      }),
    open: async (name) => {
      const key = prefix + name
      const some = (range: Range, etag: string | undefined) =>
        asking('read', key, (s3) => piece(s3, key, range, etag, how))
      return opened(await some({ start: 0, size: firstBytes }, undefined), some)
    },
  }
}

/** A file of which the first piece is there: what lies in it is not asked for again. */
function opened(
  { content, objectSize, etag }: Piece,
  some: (range: Range, etag: string | undefined) => Promise<Piece>,
): ArchivedFile {
  return {
    sizeBytes: objectSize,
    read: async (start, end) =>
      end <= content.length
        ? content.subarray(start, end)
        : (await some({ start, size: end - start }, etag)).content,
  }
}

async function piece(
  bucket: Bucket,
  key: string,
  range: Range,
  etag: string | undefined,
  how: Persistence,
): Promise<Piece> {
  try {
    const found = await persist((signal) => bucket.get(key, range, etag, signal), how)
    if (found === undefined) throw new Error('it was deleted while the archive was read')
    return found
  } catch (error) {
    if (failureOf(error).kind !== 'taken') throw error
    throw new Error('it was replaced while the archive was read', { cause: error })
  }
}
