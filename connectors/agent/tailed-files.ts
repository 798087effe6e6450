import { dirname } from 'node:path'
import type { Log } from '../../src/contract/log.ts'
import type { AgentCounts } from './agent-progress.ts'
import { type FileFacts, isRenumbered } from './file-facts.ts'
import { type FileOffset, isTelling, unsent } from './file-offset.ts'
import type { FilePattern } from './file-pattern.ts'
import { tellingBytes } from './fingerprint.ts'
import { filesIn, matchingFiles } from './matching-files.ts'
import { TailedFile } from './tailed-file.ts'

/** A file that begins as another one does is not read for so long: it may be a copy that `copytruncate` is making. */
const heldMs = 10_000
/** A file that is gone is read until it has been quiet for so long: whoever writes it may not know yet. */
const goneQuietMs = 30_000
/** A file that is read to its end is closed after so long, and opened again when it grows. */
const closeAfterMs = 300_000
/** Files beyond these wait until others are read to their end. */
const mostOpen = 1000
/** A file that is gone may come back, when a disk is mounted again. */
const forgottenAfterMs = 86_400_000

/** What finding files depends on. */
export interface Finding {
  readonly patterns: readonly FilePattern[]
  readonly headerLines: number
  readonly log: Log
  readonly counts: AgentCounts
}

/** All files of an agent: which there are, and which is which after rotations. Looked at only when all is acknowledged. */
export class TailedFiles {
  readonly #finding: Finding
  readonly #files: Map<string, TailedFile>
  /** What truncated files were: a copy of one may turn up. */
  #pasts: { readonly offset: FileOffset; readonly until: number }[] = []
  #isFirstLook = true
  #refused: ReadonlyMap<string, string> = new Map()

  constructor(finding: Finding, known: readonly FileOffset[], now: number) {
    this.#finding = finding
    this.#files = new Map(known.map((offset) => [offset.id, new TailedFile(offset, now)]))
  }

  /** Those that may have something to read. */
  readable(): TailedFile[] {
    return this.all().filter((file) => file.held === undefined && file.refused === undefined)
  }

  all(): TailedFile[] {
    return [...this.#files.values()]
  }

  /** Files that are there, or still open. */
  present(): TailedFile[] {
    return this.all().filter((file) => file.goneSince === undefined || file.isOpen)
  }

  /** What cannot be read, and why. */
  get refused(): ReadonlyMap<string, string> {
    const files = this.all().filter(({ refused }) => refused !== undefined)
    return new Map([...this.#refused, ...files.map(({ path, refused = '' }) => [path, refused] as const)])
  }

  /** Looks at the disk. */
  async look(now: number, first: boolean): Promise<void> {
    const before = this.refused
    const { files: listed, refused } = await matchingFiles(this.#finding.patterns)
    this.#refused = refused
    if (this.#isFirstLook) for (const facts of listed.values()) await this.#renumber(facts, now)
    this.#isFirstLook = false
    await this.#lookForMissing(listed, now)
    for (const facts of listed.values()) this.#files.get(facts.id)?.seen(facts, now)
    for (const file of this.all()) await this.#check(file, now)
    for (const facts of listed.values()) if (!this.#files.has(facts.id)) await this.#add(facts, now, first)
    for (const file of this.all()) await this.#settle(file, now)
    this.#pasts = this.#pasts.filter(({ until }) => until > now)
    for (const [path, reason] of this.refused) {
      if (before.get(path) !== reason) this.#finding.log.warn('cannot be read', { path, reason })
    }
  }

  async close(): Promise<void> {
    for (const file of this.all()) await file.close()
  }

  /** A file that only its device's new number makes unknown is the one that it was. */
  async #renumber(facts: FileFacts, now: number): Promise<void> {
    if (this.#files.has(facts.id)) return
    const known = this.all().find(({ id, path }) => path === facts.path && isRenumbered(id, facts.id))
    if (known === undefined) return
    const file = new TailedFile(unsent(facts, this.#finding.headerLines), now)
    file.seen(facts, now)
    if (!(await file.goOnAfter(known.sent))) return file.close()
    this.#files.delete(known.id)
    this.#files.set(file.id, file)
  }

  /** A file that no pattern finds any more may have been renamed in its folder; otherwise it is deleted or elsewhere. */
  async #lookForMissing(listed: ReadonlyMap<string, FileFacts>, now: number): Promise<void> {
    const folders = new Map<string, ReadonlyMap<string, FileFacts> | undefined>()
    for (const file of this.all().filter(({ id }) => !listed.has(id))) {
      const folder = dirname(file.path)
      if (!folders.has(folder)) folders.set(folder, await idsIn(folder))
      const there = folders.get(folder)
      const facts = there?.get(file.id)
      if (facts !== undefined) file.seen(facts, now)
      else if (there !== undefined) await this.#gone(file, now)
    }
  }

  async #gone(file: TailedFile, now: number): Promise<void> {
    if (file.goneSince === undefined) {
      file.goneSince = now
      file.held = undefined
      if (!file.isOpen && file.unreadBytes > 0) {
        this.#lost('a file is gone that was not read to its end', file.path, file.unreadBytes)
      }
    }
    await file.seenOpen(now)
  }

  async #check(file: TailedFile, now: number): Promise<void> {
    if (!file.isOpen && (file.goneSince !== undefined || this.#openFiles() >= mostOpen)) return
    if ((await file.check()) !== 'other') return
    const past = file.startAgain(this.#finding.headerLines)
    this.#finding.counts.rewritten += 1
    this.#finding.log.info('a file was truncated or written anew: it is read from its beginning', {
      path: file.path,
    })
    if (isTelling(past)) {
      this.#pasts.push({ offset: past, until: now + heldMs })
      if (await this.#findCopy(past, now)) return
    }
    const unread = past.sizeBytes - past.cursor.offset
    if (unread > 0) this.#lost('a file was truncated that was not read to its end', file.path, unread)
  }

  /** Looks for the copy that was made of a file before it was truncated, whatever it is called. */
  async #findCopy(past: FileOffset, now: number): Promise<boolean> {
    for (const facts of (await filesIn(dirname(past.path))) ?? []) {
      const known = this.#files.get(facts.id)
      if (known !== undefined && known.held === undefined) continue
      const file = known ?? new TailedFile(unsent(facts, this.#finding.headerLines), now)
      file.seen(facts, now)
      if (!(await file.goOnAfter(past))) {
        if (known === undefined) await file.close()
        continue
      }
      file.held = undefined
      this.#files.set(file.id, file)
      return true
    }
    return false
  }

  async #add(facts: FileFacts, now: number, first: boolean): Promise<void> {
    const file = new TailedFile(unsent(facts, this.#finding.headerLines), now)
    file.seen(facts, now)
    this.#files.set(file.id, file)
    if (this.#openFiles() >= mostOpen || (await file.check()) !== 'same' || first) return
    for (const { offset } of this.#pasts) if (await file.goOnAfter(offset)) return
    const original = await this.#beginsAs(file)
    if (original !== undefined) file.held = { for: original.id, until: now + heldMs }
  }

  async #beginsAs(file: TailedFile): Promise<TailedFile | undefined> {
    for (const other of this.present()) {
      if (other === file || other.held !== undefined || dirname(other.path) !== dirname(file.path)) continue
      if (other.sent.cursor.offset > 0 && (await other.beginsAs(file)) >= tellingBytes) return other
    }
    return undefined
  }

  /** Ends holding, keeping open and remembering in time. */
  async #settle(file: TailedFile, now: number): Promise<void> {
    if (file.held !== undefined && now >= file.held.until) file.held = undefined
    const quietMs = now - file.quietSince
    if (file.goneSince === undefined) {
      const idle = quietMs >= closeAfterMs || this.#openFiles() >= mostOpen
      if (file.unreadBytes === 0 && idle) await file.close()
      return
    }
    if (file.isOpen && quietMs >= goneQuietMs && file.unreadBytes === 0) await file.close()
    if (!file.isOpen && now - file.goneSince >= forgottenAfterMs) this.#files.delete(file.id)
  }

  #openFiles(): number {
    let open = 0
    for (const file of this.#files.values()) if (file.isOpen) open += 1
    return open
  }

  #lost(message: string, path: string, bytes: number): void {
    this.#finding.counts.lostBytes += bytes
    this.#finding.log.warn(message, { path, bytes })
  }
}

/** Whether nobody will write to a file any more that has no name. */
export function isOver({ goneSince, quietSince }: TailedFile, now: number): boolean {
  return goneSince !== undefined && now - quietSince >= goneQuietMs
}

async function idsIn(folder: string): Promise<ReadonlyMap<string, FileFacts> | undefined> {
  const files = await filesIn(folder)
  return files && new Map(files.map((facts) => [facts.id, facts]))
}
