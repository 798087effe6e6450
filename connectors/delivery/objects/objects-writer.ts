import type { ObjectStage, StagedObject } from '../../../src/contract/object-destination.ts'
import type { Committable, OnInvalid, SinkContext, SinkWriter, Staged } from '../../../src/contract/sink.ts'
import type { StateChanges } from '../../../src/contract/snapshot.ts'
import { MillraceError } from '../../../src/errors.ts'
import type { ColdState } from './cold-state.ts'
import type { Completion } from './completion.ts'
import { type Format, InvalidRow, shown } from './format.ts'
import type { LedgerFile } from './ledger/ledger-object.ts'
import { type Entry, goingOn, type SinkLedger, stageEntry } from './ledger/sink-ledger.ts'
import { type FinishedFile, OpenFile } from './open-file.ts'
import type { Partitioning } from './partition-of.ts'
import { refuseUnrepeated } from './published-files.ts'
import { isDue, isFull, type RollPolicy } from './roll-policy.ts'
import { hotBytes, type Spill } from './spill.ts'
import { Spool } from './spool.ts'
import { stageFile } from './staged-file.ts'
import { cutsOf, type OpenFiles, type TailState } from './tail-state.ts'

/** So much of the memory stays full when there is no room for more: the rest goes to disk at once. */
const stayingShare = 3 / 4

/**
 * Loose rows take more memory than their bytes, to have room to grow. After so many rows those of all files are packed, except
 * where they are so few that the pack would be larger.
 */
const looseRowsLimit = 2 ** 18
const worthPacking = 16

/** What a sink of objects was told. */
export interface ObjectsPlan<T> {
  readonly format: Format<T>
  readonly partitions: Partitioning<T>
  /** Of the names of files, with or without a dot at its beginning. */
  readonly extension: string
  readonly roll: RollPolicy
  /** What the rows of all open files may weigh in memory; what is more lies on the local disk. */
  readonly memoryBytes: number
}

/** What the writer finds when it starts. */
export interface Found {
  readonly files: OpenFiles
  readonly state: TailState
  readonly cold: ColdState
  readonly spill: Spill
  /** `undefined` if partitions are never said to be complete. */
  readonly completion: Completion | undefined
  readonly ledger: SinkLedger
}

/** Numbers the rows of each partition, puts them into files, and has those staged and published. */
export class ObjectsWriter<T> implements SinkWriter<T> {
  readonly #plan: ObjectsPlan<T>
  readonly #context: SinkContext
  readonly #objects: ObjectStage
  readonly #files: OpenFiles
  readonly #state: TailState
  readonly #cold: ColdState
  readonly #spill: Spill
  readonly #spool: Spool
  readonly #completion: Completion | undefined
  readonly #ledger: SinkLedger
  /** What became of files that are staged. */
  readonly #stagedOf = new WeakMap<Committable, Omit<FinishedFile, 'rows'>>()
  /** Whether files were finished since the last checkpoint that nobody has published before. */
  #hasNew = false
  /** When a partition had its last row; known only when memory may become short. */
  readonly #usedAt = new Map<string, number>()
  #uses = 0
  #hotBytes: number
  #hasStaged = false
  #sincePacked = 0

  constructor(plan: ObjectsPlan<T>, context: SinkContext, objects: ObjectStage, found: Found) {
    this.#plan = plan
    this.#context = context
    this.#objects = objects
    this.#files = found.files
    this.#state = found.state
    this.#cold = found.cold
    this.#spill = found.spill
    this.#completion = found.completion
    this.#ledger = found.ledger
    this.#hotBytes = [...found.files.values()].reduce((sum, file) => sum + hotBytes(file), 0)
    const writer = { sink: context.name, lineage: context.lineage }
    const { encode } = plan.format
    const manner = { encode, extension: plan.extension, job: context.job, code: context.code }
    this.#spool = new Spool(objects.lanes, async (file) => {
      const staged = await stageFile(objects, writer, manner, file)
      const { rows: _, ...facts } = file
      this.#stagedOf.set(staged, facts)
      return staged
    })
    for (const file of found.files.values()) this.#finishIfFull(file)
  }

  write(values: readonly T[], timestamps: readonly number[], onInvalid: OnInvalid = thrown): void {
    const now = this.#context.clock.now()
    for (let index = 0; index < values.length; index++) {
      const value = values[index] as T
      let file: OpenFile
      try {
        file = this.#appended(value, timestamps[index] ?? now, now)
      } catch (cause) {
        onInvalid(this.#invalid(value, cause), index)
        continue
      }
      if (this.#hotBytes > this.#plan.memoryBytes / 2) this.#usedAt.set(file.partition, ++this.#uses)
      this.#finishIfFull(file)
      if (this.#hotBytes > this.#plan.memoryBytes) this.#makeRoom()
      if (++this.#sincePacked >= looseRowsLimit) this.#packLoose()
    }
  }

  ready(): Promise<void> | undefined {
    return this.#spool.room()
  }

  watermark(timestamp: number): void {
    this.#completion?.accounts.advance(timestamp)
  }

  async stage(last: boolean, epoch = 0): Promise<Staged> {
    const now = this.#context.clock.now()
    this.#ledger.cut(cutsOf(this.#files))
    if (last) refuseUnrepeated(this.#objects, this.#files)
    for (const file of this.#files.values()) {
      // A clock that went back must not make a file wait until it has caught up.
      file.openedAt = Math.min(file.openedAt, now)
      const isOver = last || this.#completion?.accounts.isFirstTime(file.partition) === true
      if (isDue(file.facts, now, isOver, this.#plan.roll)) this.#finish(file)
      // Without a row it begins where its first row will come.
      if (file.rows === 0 && !file.begins?.pinned) file.begins = undefined
    }
    const entry = this.#hasNew || (last && this.#ledger.hasMoved) ? this.#ledger.enter(epoch) : undefined
    this.#hasNew = false
    const complete = this.#completePartitions()
    const unused = this.#spill.unused(this.#files)
    const changes = this.#changes()
    const state = { ...this.#state.snapshot(this.#files, this.#ledger), ...(changes && { changes }) }
    // Before anything is awaited: what is finished from now on is of the next checkpoint.
    const committables = await this.#spool.take()
    await this.#objects.look()
    // Only files that were finished before the cut had rows there, and they are staged now.
    this.#spill.release(unused)
    for (const one of committables) this.#completion?.accounts.add(this.#stagedOf.get(one)!.partition, one)
    const entries = entry === undefined ? [] : [await this.#stageEntry(entry, committables)]
    const markers = (await this.#completion?.stageMarkers(complete)) ?? []
    this.#hasStaged = true
    return { committables: [...entries, ...committables, ...markers], state }
  }

  async commit(committables: readonly Committable[]): Promise<void> {
    const isMarker = (one: Committable) => one['marker'] !== undefined
    const isEntry = (one: Committable) => one['ledger'] !== undefined
    // First, so that every file that is there is in the ledger.
    await this.#objects.publish(committables.filter(isEntry))
    await this.#objects.publish(committables.filter((one) => !isMarker(one) && !isEntry(one)))
    // Only now: a manifest names files that are there.
    await this.#objects.publish(committables.filter(isMarker))
    // Before a checkpoint of its own this run may itself be the one that was replaced, and what it found staged that of
    // its successor.
    if (!this.#hasStaged) return
    this.#cold.published()
    await this.#objects.discard()
  }

  async close(): Promise<void> {
    await this.#spool.settled()
    this.#spill.close()
    await this.#objects.close()
  }

  /** The file that has taken the row. Throws for a row that none can take. */
  #appended(value: T, timestamp: number, now: number): OpenFile {
    const partition = this.#plan.partitions.of(value, timestamp)
    const isLate = this.#completion !== undefined && this.#see(this.#completion, partition, timestamp)
    const file = this.#fileOf(partition)
    this.#hotBytes += file.append(value, now)
    file.begins ??= this.#ledger.begins
    if (isLate) this.#context.count('late')
    return file
  }

  #invalid(value: T, cause: unknown): MillraceError {
    const reason =
      cause instanceof InvalidRow ? cause.message : `its partition cannot be told: ${String(cause)}`
    const where = { job: this.#context.job, sink: this.#context.name }
    return new MillraceError('ROW_INVALID', `${reason}, in row ${shown(value)}`, { where, cause })
  }

  /** Whether the partition was said to be complete. */
  #see({ accounts }: Completion, partition: string, timestamp: number): boolean {
    return accounts.see(partition, () => {
      const end = this.#plan.partitions.endOf?.(partition, timestamp)
      if (typeof end === 'number' && !Number.isNaN(end)) return end
      throw new InvalidRow(`completeAt gave ${shown(end)} for partition ${partition || '(none)'}`)
    })
  }

  /** Those whose rows are all in finished files, or that were complete before. */
  #completePartitions(): readonly string[] {
    const accounts = this.#completion?.accounts
    if (accounts === undefined) return []
    const isRepeating = ({ facts }: OpenFile) => facts.publishedTo !== undefined
    const complete = [...this.#files.values()].filter(({ partition }) => accounts.isComplete(partition))
    return complete.filter((file) => !isRepeating(file)).map(({ partition }) => partition)
  }

  /** What a checkpoint has besides the parts: the rows on disk, and the account of partitions. */
  #changes(): StateChanges | undefined {
    const cold = this.#cold.cut(this.#files)
    const completion = this.#completion
    if (completion === undefined) return cold
    return {
      written: async (write) => {
        const layers = (await cold?.written(write)) ?? [[]]
        return [...layers, [await completion.written(write)]]
      },
      published: () => {},
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
    this.#hotBytes -= hotBytes(file)
    this.#usedAt.delete(file.partition)
    const origin = { after: file.begins ?? this.#ledger.begins, ...this.#ledger.ends() }
    const finished = file.finish(origin)
    file.begins = goingOn(origin.settled, finished.published?.listed)
    this.#hasNew ||= finished.published === undefined
    this.#spool.add(finished)
  }

  /** The entry lists what nobody has published before. */
  #stageEntry(entry: Entry, committables: readonly Committable[]): Promise<Committable> {
    const files = committables.flatMap((one): LedgerFile[] => {
      const { file, sizeBytes, sha256 } = one as StagedObject
      const { partition, first: firstRow, last: lastRow, published, origin } = this.#stagedOf.get(one)!
      const listed = { file, partition, firstRow, lastRow, bytes: sizeBytes, sha256, ...origin }
      return published === undefined ? [listed] : []
    })
    return stageEntry(this.#objects, entry, files)
  }

  #packLoose(): void {
    this.#sincePacked = 0
    for (const file of this.#files.values()) if (file.looseRows >= worthPacking) file.pack()
  }

  /** Puts the rows of the partitions on disk that had no row for the longest time. */
  #makeRoom(): void {
    const inMemory = [...this.#files.values()].filter((file) => hotBytes(file) > 0)
    const usedAt = ({ partition }: OpenFile) => this.#usedAt.get(partition) ?? 0
    const victims: OpenFile[] = []
    for (const file of inMemory.sort((a, b) => usedAt(a) - usedAt(b))) {
      if (this.#hotBytes <= this.#plan.memoryBytes * stayingShare) break
      this.#hotBytes -= hotBytes(file)
      victims.push(file)
    }
    this.#spill.spill(victims, this.#state)
    this.#context.count('spills')
  }
}

function thrown(error: MillraceError): never {
  throw error
}
