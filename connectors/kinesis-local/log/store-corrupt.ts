import { MillraceError } from '../../../src/errors.ts'

/** The data folder holds bytes that no crash of this program explains. */
export function storeCorrupt(path: string, offset: number, why: string, cause?: unknown): MillraceError {
  return new MillraceError('LOCAL_STORE_CORRUPT', `${why}, at byte ${offset}`, {
    where: { file: path },
    cause,
  })
}
