import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MillraceError } from '../../../src/errors.ts'

/** The folders that this process holds. */
const held = new Set<string>()

/**
 * Keeps other servers out of a data folder. The lock file names the process; one whose process is gone counts for
 * nothing, so a killed server leaves no lock behind. Returns how to let go.
 *
 * @throws MillraceError OPTION_INVALID if the folder is in use or cannot be made.
 */
export function lockFolder(folder: string): () => void {
  const path = made(folder)
  const lock = join(path, 'lock')
  const owner = held.has(path) ? process.pid : livingOwner(lock)
  if (owner !== undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      `another embedded Kinesis, process ${owner}, uses this data folder; if it does not run any more, delete the file`,
      { where: { file: lock } },
    )
  }
  writeFileSync(lock, String(process.pid))
  held.add(path)
  return () => {
    held.delete(path)
    rmSync(lock, { force: true })
  }
}

function made(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true })
    return realpathSync(folder)
  } catch (cause) {
    throw new MillraceError('OPTION_INVALID', 'the data folder of the embedded Kinesis cannot be made', {
      where: { file: folder },
      cause,
    })
  }
}

/** The process that wrote the lock, unless it is gone, or is this one under a number that was given out again. */
function livingOwner(lock: string): number | undefined {
  try {
    const owner = Number(readFileSync(lock, 'utf8'))
    if (owner === 0 || owner === process.pid) return undefined
    process.kill(owner, 0)
    return owner
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(lock, 'utf8')) : undefined
  }
}
