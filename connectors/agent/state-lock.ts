import { randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { MillraceError } from '../../src/errors.ts'
import { codeOf } from './file-facts.ts'

/** The locks that this process holds. */
const held = new Set<string>()

/**
 * Keeps other agents out of a state folder: two would send everything twice. The lock names the process, and when it
 * was started, so that one that is gone counts for nothing even if its number was given out again. Returns how to let go.
 *
 * @throws MillraceError `STATE_IN_USE`; `STORE_FAILED` if the folder cannot be written to.
 */
export function lockState(folder: string): () => void {
  const lock = join(folder, 'lock')
  const owner = held.has(lock) ? process.pid : taken(lock)
  if (owner !== undefined) {
    throw new MillraceError('STATE_IN_USE', `process ${owner} is an agent with the same state folder`, {
      where: { file: lock },
    })
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    rmSync(lock, { force: true })
  }
}

/** Takes the lock, or gives the living process that has it. */
function taken(lock: string): number | undefined {
  try {
    return ownerInstead(lock)
  } catch (cause) {
    throw new MillraceError('STORE_FAILED', `cannot lock the state folder: ${codeOf(cause)}`, {
      where: { file: lock },
      cause,
    })
  }
}

/** The lock appears with its content, by a link that replaces nothing: of several agents one gets it. */
function ownerInstead(lock: string): number | undefined {
  const own = `${lock}-${randomUUID()}`
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }))
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

/** Removes a lock without a living owner, unless another agent has put its own there since that was found out. */
function setAside(lock: string): void {
  const aside = `${lock}-${randomUUID()}`
  try {
    renameSync(lock, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  if (livingOwner(aside) !== undefined) linked(aside, lock)
  rmSync(aside)
}

function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

/** The process that wrote the lock, if it still runs and is not this one under a number that was given out again. */
function livingOwner(lock: string): number | undefined {
  const { pid, started } = contentOf(lock)
  if (!Number.isSafeInteger(pid) || pid <= 0 || pid === process.pid || !runs(pid)) return undefined
  return started === startOf(pid) ? pid : undefined
}

function contentOf(lock: string): { pid: number; started: string } {
  try {
    const { pid, started } = JSON.parse(readFileSync(lock, 'utf8'))
    return { pid: Number(pid), started: String(started) }
  } catch {
    // Gone, or no lock of ours: nobody holds it.
    return { pid: 0, started: '' }
  }
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** When a process was started, by what Linux says; elsewhere nothing, and its number must do. */
function startOf(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const facts = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return `${boot} ${facts.slice(facts.lastIndexOf(')') + 2).split(' ')[19]}`
  } catch {
    return ''
  }
}
