import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Committable, SinkContext, SinkWriter, Staged } from '../../src/contract/sink.ts'
import { MillraceError } from '../../src/errors.ts'
import { commitFiles } from './commit-files.ts'
import type { DurableFolders } from './durable-folders.ts'
import { ifThere, orSinkFailed } from './file-error.ts'
import { type Format, InvalidRow, shown } from './format.ts'
import { OpenFile } from './open-file.ts'
import { partitionPath } from './partition-path.ts'
import { refuseUnrepeated } from './published-files.ts'
import { isDue, isFull, type RollPolicy } from './roll-policy.ts'
import { Spool } from './spool.ts'
import { stageFile } from './staged-file.ts'
import type { OpenFiles, TailState } from './tail-state.ts'

/** All open files together hold no more than this; the largest is finished early instead. */
const openBytesLimit = 256 * 2 ** 20

/**
 * Loose rows take more memory than their bytes, to have room to grow. After so many rows those of all files are packed,
 * except where they are so few that the pack would be larger.
 */
const looseRowsLimit = 2 ** 18
const worthPacking = 16

/** What a sink of files was told. */
export interface FilesPlan<T> {
  readonly folder: string
  readonly format: Format<T>
  readonly partitionBy: (row: T) => Readonly<Record<string, string>>
  readonly roll: RollPolicy
}

/** What the writer finds when it starts. */
export interface Found {
  readonly files: OpenFiles
  readonly state: TailState
  readonly folders: DurableFolders
  /** Staged files of earlier runs, relative to the folder. */
  readonly leftovers: readonly string[]
}

/** Numbers the rows of each partition, puts them into files, stages those and links them to their names. */
export class FilesWriter<T> implements SinkWriter<T> {
  readonly #plan: FilesPlan<T>
  readonly #context: SinkContext
  readonly #folders: DurableFolders
  readonly #files: OpenFiles
  readonly #state: TailState
  readonly #spool: Spool
  #openBytes: number
  #leftovers: readonly string[]
  #hasStaged = false
  #sincePacked = 0

  constructor(plan: FilesPlan<T>, context: SinkContext, found: Found) {
    this.#plan = plan
    this.#context = context
    this.#folders = found.folders
    this.#files = found.files
    this.#state = found.state
    this.#leftovers = found.leftovers
    this.#openBytes = [...found.files.values()].reduce((sum, file) => sum + file.sizeBytes, 0)
    const writer = { sink: context.name, lineage: context.lineage }
    this.#spool = new Spool((file) => stageFile(plan.folder, found.folders, writer, plan.format, file))
    for (const file of found.files.values()) this.#finishIfFull(file)
  }

  write(values: readonly T[]): void {
    const now = this.#context.clock.now()
    for (const value of values) {
      const file = this.#appended(value, now)
      this.#finishIfFull(file)
      if (this.#openBytes > openBytesLimit) this.#finishLargest()
      if (++this.#sincePacked >= looseRowsLimit) this.#packLoose()
    }
  }

  ready(): Promise<void> | undefined {
    return this.#spool.room()
  }

  async stage(last: boolean): Promise<Staged> {
    const now = this.#context.clock.now()
    if (last) refuseUnrepeated(this.#plan.folder, this.#files)
    for (const file of this.#files.values()) {
      // A clock that went back must not make a file wait until it has caught up.
      file.openedAt = Math.min(file.openedAt, now)
      if (isDue(file.facts, now, last, this.#plan.roll)) this.#finish(file)
    }
    const state = this.#state.snapshot(this.#files)
    const committables = await this.#spool.take()
    this.#hasStaged = true
    return { committables, state }
  }

  async commit(committables: readonly Committable[]): Promise<void> {
    await commitFiles(this.#plan.folder, this.#folders, committables)
    await this.#deleteLeftovers()
  }

  async close(): Promise<void> {
    await this.#spool.settled()
  }

  /** The file that has taken the row. */
  #appended(value: T, now: number): OpenFile {
    try {
      const file = this.#fileOf(partitionPath(this.#plan.partitionBy(value)))
      this.#openBytes += file.append(value, now)
      return file
    } catch (cause) {
      const reason = cause instanceof InvalidRow ? cause.message : `partitionBy failed: ${String(cause)}`
      const where = { job: this.#context.job, sink: this.#context.name }
      throw new MillraceError('ROW_INVALID', `${reason}, in row ${shown(value)}`, { where, cause })
    }
  }

  #fileOf(partition: string): OpenFile {
    const known = this.#files.get(partition)
    if (known !== undefined) return known
    const file = new OpenFile(partition, this.#plan.format)
    this.#files.set(partition, file)
    return file
  }

  #finishIfFull(file: OpenFile): void {
    if (isFull(file.facts, this.#plan.roll)) this.#finish(file)
  }

  #finish(file: OpenFile): void {
    this.#openBytes -= file.sizeBytes
    this.#spool.add(file.finish())
  }

  #packLoose(): void {
    this.#sincePacked = 0
    for (const file of this.#files.values()) if (file.looseRows >= worthPacking) file.pack()
  }

  /** Not one whose rows are published already: that has to end where it ended then. */
  #finishLargest(): void {
    const free = [...this.#files.values()].filter((file) => file.published.length === 0 && file.sizeBytes > 0)
    const [first, ...others] = free
    if (first === undefined) return
    this.#finish(
      others.reduce((largest, file) => (file.sizeBytes > largest.sizeBytes ? file : largest), first),
    )
  }

  /**
   * Deletes what earlier runs staged and never published. Safe only here, after a checkpoint that was staged by this
   * writer has been published: that proves that nobody else had claimed the job when the leftovers were listed, so
   * they belong to runs that can publish no more, and what their last checkpoint promised was committed again before
   * the first record. Before that proof this run may itself be the one that was replaced, and the staged files those
   * of its successor.
   */
  async #deleteLeftovers(): Promise<void> {
    if (!this.#hasStaged) return
    const leftovers = this.#leftovers
    this.#leftovers = []
    for (const leftover of leftovers) {
      const path = join(this.#plan.folder, leftover)
      await orSinkFailed('cannot delete a staged file', path, () => ifThere(unlink(path)))
    }
  }
}
