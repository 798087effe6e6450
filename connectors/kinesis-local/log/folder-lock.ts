import { randomUUID } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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
  const owner = held.has(path) ? process.pid : ownerInstead(lock)
  if (owner !== undefined) {
    throw new MillraceError(
      'OPTION_INVALID',
      `another embedded Kinesis, process ${owner}, uses this data folder; if it does not run any more, delete the file`,
      { where: { file: lock } },
    )
  }
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

/**
 * Takes the lock, or gives the living process that has it. The lock appears with its content, by a link that replaces
 * nothing: of several servers that start at the same time one gets it.
 */
function ownerInstead(lock: string): number | undefined {
  const own = `${lock}-${randomUUID()}`
  writeFileSync(own, String(process.pid))
  try {
    while (!linked(own, lock)) {
      const owner = livingOwner(lock)
      if (owner !== undefined) return owner
      setAside(lock)
    }
    return undefined
  } finally {
    rmSync(own, { force: true })
  }
}

function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // A file system without links.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error
    return exclusivelyCopied(file, name)
  }
}

function exclusivelyCopied(file: string, name: string): boolean {
  try {
    writeFileSync(name, readFileSync(file), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a lock without a living owner, unless another server has put its own there since that was found out. */
function setAside(lock: string): void {
  const aside = `${lock}-${randomUUID()}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (livingOwner(aside) !== undefined) linked(aside, lock)
  rmSync(aside)
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
