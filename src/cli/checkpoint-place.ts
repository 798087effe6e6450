import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { MillraceError } from '../errors.ts'
import type { Services } from './services.ts'

/**
 * What makes the store at a place: a folder, or `s3://<bucket>/<folder>`.
 *
 * @throws MillraceError `OPTION_INVALID` for any other URL.
 */
export async function storeMaker(
  place: string | undefined,
  services: Pick<Services, 'checkpoints' | 's3'>,
): Promise<(place: string) => CheckpointStore> {
  const [, scheme] = /^([a-z][a-z0-9+.-]+):\/\//i.exec(place ?? '') ?? []
  if (scheme === undefined) return (await services.checkpoints()).folderStore
  if (scheme === 's3') return (await services.s3()).s3StoreAt
  throw new MillraceError('OPTION_INVALID', `${place} is neither a folder nor s3://<bucket>/<folder>`)
}
