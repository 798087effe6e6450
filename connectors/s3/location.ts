import { MillraceError } from '../../src/errors.ts'

/** A place in a bucket. All keys of it begin with `prefix`, which ends in `/`. */
export interface Location {
  readonly bucket: string
  readonly prefix: string
}

/** Characters that mean the same everywhere: in a URL, in XML and in a policy. */
const segment = /^(?!\.\.?$)[A-Za-z0-9!_.*'()=-]+$/

/**
 * Checks a bucket's name and a prefix, with or without slashes at its ends.
 *
 * @throws MillraceError `OPTION_INVALID` if the bucket has no such name, or the prefix is empty or has other characters.
 */
export function locationOf(bucket: string, prefix: string): Location {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:/-]{1,254}$/.test(bucket)) {
    throw new MillraceError('OPTION_INVALID', `${JSON.stringify(bucket)} is not the name of a bucket`)
  }
  const segments = prefix.replace(/^\/|\/$/g, '').split('/')
  if (!segments.every((part) => segment.test(part))) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${JSON.stringify(prefix)} is not a prefix: name a folder of the bucket that only this job uses, of letters, digits and !-_.*'()= between "/"`,
    )
  }
  return { bucket, prefix: `${segments.join('/')}/` }
}

/**
 * The place that a URL such as `s3://bucket/checkpoints/orders` names.
 *
 * @throws MillraceError `OPTION_INVALID` if it is no such URL.
 */
export function locationAt(url: string): Location {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? []
  if (bucket === undefined || prefix === undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      `${JSON.stringify(url)} is not a URL such as s3://bucket/folder`,
    )
  }
  return locationOf(bucket, prefix)
}
