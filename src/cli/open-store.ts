import { existsSync, statSync } from 'node:fs'
import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import { MillraceError } from '../errors.ts'
import type { Job } from '../job.ts'
import { storeMaker } from './checkpoint-place.ts'
import { loadJob } from './load-job.ts'
import type { Services } from './services.ts'

type Stores = Pick<Services, 'checkpoints' | 'checkpointTools' | 's3'>

/**
 * The store at a place that the command line names.
 *
 * @throws MillraceError `OPTION_INVALID` for a URL that no store is known for.
 */
export async function storeAt(place: string, services: Stores): Promise<CheckpointStore> {
  const open = await storeMaker(place, services)
  return open(place)
}

/** Where a job keeps its checkpoints, unless `--checkpoints` says otherwise. */
export async function storeOf(
  job: Job,
  checkpoints: string | undefined,
  services: Stores,
): Promise<CheckpointStore> {
  if (checkpoints !== undefined) return storeAt(checkpoints, services)
  return job.checkpoint.store ?? storeAt(`.millrace/${job.name}`, services)
}

/**
 * The store that holds the checkpoints at a place, or those of a job by its file.
 *
 * @throws MillraceError `OPTION_INVALID` if there is nothing at the place.
 */
export async function storeBy(where: string, services: Stores): Promise<CheckpointStore> {
  if (/\.[cm]?[jt]sx?$/.test(where)) return storeOf(await loadJob(where), undefined, services)
  if (!where.includes('://') && !isFolder(where)) {
    throw new MillraceError('OPTION_INVALID', `${where} is neither a folder with checkpoints nor a job file`)
  }
  return storeAt(where, services)
}

/** A savepoint: one of the store that holds the job's checkpoints, by its name, or a place that it was copied to. */
export async function savepointAt(
  where: string,
  own: CheckpointStore,
  services: Stores,
): Promise<CheckpointStore> {
  const { savepointStore } = await services.checkpointTools()
  if (/^[a-z0-9][a-z0-9-]*$/.test(where)) {
    const named = savepointStore(own, where)
    if ((await named.list('manifests/')).length > 0) return named
  }
  if (where.includes('://') || isFolder(where)) return storeAt(where, services)
  throw new MillraceError(
    'OPTION_INVALID',
    `${where} is neither a savepoint in ${own.description} nor a folder that holds one`,
  )
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
