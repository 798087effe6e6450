import type { Random } from '../../src/contract/clock.ts'
import { MillraceError } from '../../src/errors.ts'
import type { AgentRecord, PartitionKey } from './agent-options.ts'
import type { AgentCounts } from './agent-progress.ts'
import type { SetAside } from './bad-records.ts'
import { jsonOf } from './record-format.ts'
import { BadRecord, keyOf } from './record-key.ts'
import type { Split, SplitRecord } from './split-records.ts'
import type { TailedFile } from './tailed-file.ts'

/** Four calls of PutRecords. What is read at a time is kept in memory, and may be sent again after a kill. */
const mostRecords = 2000
const mostBytes = 4 * 2 ** 20

/** How records are made of what files have. */
export interface RecordMaking {
  readonly format: 'lines' | 'json'
  readonly partitionKey: PartitionKey
  /** Whether bad records are kept aside; otherwise the first one is the last. */
  readonly setsAside: boolean
  readonly random: Random
}

/** The records that are sent next, and acknowledged together. */
export class Round {
  readonly records: AgentRecord[] = []
  readonly bad: SetAside[] = []
  /** Why nothing may be read any more. */
  failure: MillraceError | undefined
  readonly #making: RecordMaking
  #bytes = 0
  #since: number | undefined
  #emptyLines = 0
  #pieces = 0
  #shortened = 0
  #discardedBytes = 0

  constructor(making: RecordMaking) {
    this.#making = making
  }

  get isFull(): boolean {
    return this.room === 0 || this.#bytes >= mostBytes || this.failure !== undefined
  }

  get isEmpty(): boolean {
    return this.records.length === 0 && this.bad.length === 0
  }

  /** How many records it still takes. */
  get room(): number {
    return Math.max(0, mostRecords - this.records.length - this.bad.length)
  }

  /** How long its first record has been waiting. */
  ageMs(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since
  }

  /** Takes a record in; `false` if it is one that ends the reading. */
  add(file: TailedFile, { data, offset, kind }: SplitRecord, now: number): boolean {
    try {
      const record = this.#recordOf(file, data)
      if (record !== undefined) this.records.push(record)
      else this.#emptyLines += 1
    } catch (error) {
      if (!(error instanceof BadRecord)) throw error
      if (!this.#making.setsAside) {
        this.failure = badInput(file.path, offset, error)
        return false
      }
      this.bad.push({ path: file.path, offset, reason: error.message, data })
    }
    this.#bytes += data.length
    this.#since ??= now
    if (kind === 'split') this.#pieces += 1
    if (kind === 'shortened') this.#shortened += 1
    return true
  }

  /** Takes note of what was read beside records. */
  note({ emptyLines, discardedBytes }: Split): void {
    this.#emptyLines += emptyLines
    this.#discardedBytes += discardedBytes
  }

  /** Adds what it did to the counts, once it is acknowledged. */
  countTo(counts: AgentCounts): void {
    counts.records += this.records.length
    counts.bytes += this.records.reduce((bytes, { data }) => bytes + data.length, 0)
    counts.bad += this.bad.length
    counts.emptyLines += this.#emptyLines
    counts.piecesOfLong += this.#pieces
    counts.shortened += this.#shortened
    counts.discardedBytes += this.#discardedBytes
  }

  /** `undefined` for a line of JSON that is blank. */
  #recordOf({ name }: TailedFile, data: Buffer): AgentRecord | undefined {
    const { format, partitionKey, random } = this.#making
    if (format === 'lines')
      return { data, partitionKey: keyOf({ data, file: name, value: undefined }, partitionKey, random) }
    if (/^[ \t\r\n]*$/.test(data.toString('latin1', 0, 1024)) && data.toString('latin1').trim() === '')
      return undefined
    return { data, partitionKey: keyOf({ data, file: name, value: jsonOf(data) }, partitionKey, random) }
  }
}

function badInput(path: string, offset: number, cause: BadRecord): MillraceError {
  return new MillraceError('INPUT_INVALID', `the record at byte ${offset} cannot be sent: ${cause.message}`, {
    where: { file: path },
    cause,
  })
}
