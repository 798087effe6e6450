import type { StorageClass } from '@aws-sdk/client-s3'
import { MillraceError } from '../../src/errors.ts'

/** What objects have besides their content. */
export interface ObjectFeatures {
  /** Such as `'INTELLIGENT_TIERING'` or `'STANDARD_IA'`. Default: `STANDARD`. */
  readonly storageClass?: string | undefined
  /** At most 10. The role then needs `s3:PutObjectTagging`. Default: none. */
  readonly tags?: Readonly<Record<string, string>> | undefined
  /** Metadata of yours: names of lowercase letters, digits and `-`, values of printable ASCII. Default: none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/**
 * Checks what S3 would refuse only with the first object.
 *
 * @throws MillraceError `OPTION_INVALID` with the tag or the metadata that cannot be.
 */
export function checkedFeatures({ storageClass, tags = {}, metadata = {} }: ObjectFeatures): ObjectFeatures {
  if (storageClass !== undefined && !/^[A-Z_]+$/.test(storageClass)) {
    throw invalid(`storageClass ${JSON.stringify(storageClass)} is none of S3, such as "STANDARD_IA"`)
  }
  const tagged = Object.entries(tags)
  if (tagged.length > 10) throw invalid(`an object has at most 10 tags, not ${tagged.length}`)
  for (const [name, value] of tagged) {
    if (name === '' || name.length > 128 || value.length > 256 || name.startsWith('aws:')) {
      throw invalid(
        `tag ${JSON.stringify(name)} cannot be: names have 1 to 128 characters and do not begin with aws:, values have at most 256`,
      )
    }
  }
  for (const [name, value] of Object.entries(metadata)) {
    if (!/^[a-z0-9-]+$/.test(name) || name.startsWith('millrace-') || !/^[\x20-\x7e]*$/.test(value)) {
      throw invalid(
        `metadata ${JSON.stringify(name)} cannot be: names have lowercase letters, digits and "-" and do not begin with millrace-, values are printable ASCII`,
      )
    }
  }
  return { storageClass, tags: { ...tags }, metadata: { ...metadata } }
}

/** What a request that begins an object says of it. */
export function equipped(
  { storageClass, tags = {}, metadata }: ObjectFeatures = {},
  own: Readonly<Record<string, string>>,
) {
  const tagging = Object.entries(tags).map((pair) => pair.map(encodeURIComponent).join('='))
  return {
    Metadata: { ...metadata, ...own },
    ...(storageClass !== undefined && { StorageClass: storageClass as StorageClass }),
    ...(tagging.length > 0 && { Tagging: tagging.join('&') }),
  }
}

function invalid(happened: string): MillraceError {
  return new MillraceError('OPTION_INVALID', happened)
}
