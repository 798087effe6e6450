import type { Clock, Random } from '../../src/contract/clock.ts'
import type { Log } from '../../src/contract/log.ts'
import { MillraceError } from '../../src/errors.ts'
import type { AgentOptions } from './agent-options.ts'
import { type AgentProgress, noCounts } from './agent-progress.ts'
import type { AgentRules } from './agent-rules.ts'
import { setAside } from './bad-records.ts'
import type { FileOffset } from './file-offset.ts'
import type { OffsetsFile } from './offsets-file.ts'
import { Round } from './round.ts'
import { Sending } from './sending.ts'
import type { Ending } from './split-records.ts'
import type { TailedFile } from './tailed-file.ts'
import { isOver, TailedFiles } from './tailed-files.ts'

type Options = AgentOptions & { readonly clock: Clock; readonly random: Random }

/**
 * The loop of an agent: look at the files, read a round of records, send it, write down the offsets. Files are looked at
 * only between two rounds, when all that was read has arrived; so a rotation never meets records under way.
 */
export class Agent {
  readonly #options: Options
  readonly #rules: AgentRules
  readonly #offsets: OffsetsFile
  readonly #files: TailedFiles
  readonly #first: boolean
  readonly #stop: AbortSignal
  readonly #log: Log
  readonly #sending: Sending
  readonly #counts = noCounts()
  /** The sizes that files had at the start, which `until` waits for. */
  #targets = new Map<string, number>()
  #round: Round
  #turn = 0
  #lookedAt = Number.NEGATIVE_INFINITY

  constructor(
    options: Options,
    rules: AgentRules,
    offsets: OffsetsFile,
    known: readonly FileOffset[] | undefined,
  ) {
    const { log = silent, signal = new AbortController().signal, clock } = options
    this.#options = options
    this.#rules = rules
    this.#offsets = offsets
    this.#log = log
    this.#stop = signal
    this.#sending = new Sending(options, log, signal)
    this.#first = known === undefined
    const { patterns, headerLines } = rules
    this.#files = new TailedFiles(
      { patterns, headerLines, log, counts: this.#counts },
      known ?? [],
      clock.now(),
    )
    this.#round = this.#newRound()
  }

  async run(): Promise<AgentProgress> {
    try {
      await this.#begin()
      while (!this.#stop.aborted && !this.#isDone()) await this.#step()
      await this.#ship()
      if (!this.#stop.aborted) this.#complain()
      return this.#progress()
    } finally {
      this.#sending.end()
      await this.#files.close()
      this.#options.onProgress?.(this.#progress())
    }
  }

  async #begin(): Promise<void> {
    const { from = 'start', until, files } = this.#options
    await this.#look()
    if (this.#first && from === 'end') for (const file of this.#files.all()) await file.skipToEnd()
    this.#targets = new Map(this.#files.all().map(({ id, sizeBytes }) => [id, sizeBytes]))
    if (this.#files.present().length === 0 && this.#files.refused.size === 0) {
      const none = `no file matches ${files.join(' ')}`
      if (until !== undefined) throw new MillraceError('OPTION_INVALID', none)
      this.#log.warn(`${none} yet`)
    }
    // From now on a file that is not known is a new one.
    await this.#writeOffsets()
  }

  async #step(): Promise<void> {
    const now = this.#options.clock.now
    await this.#fill()
    const ageLeftMs = this.#rules.batchAgeMs - this.#round.ageMs(now())
    const isReady = this.#round.isFull || ageLeftMs <= 0 || this.#options.until !== undefined
    const isDue = isReady && !this.#round.isEmpty
    if (isDue || this.#round.isEmpty) await this.#ship()
    const lookInMs = this.#lookedAt + this.#rules.pollMs - now()
    if (this.#round.isEmpty && lookInMs <= 0) return this.#look()
    if (isDue || this.#isDone()) return
    const pauseMs = this.#round.isEmpty ? lookInMs : Math.min(ageLeftMs, this.#rules.pollMs)
    await this.#options.clock.sleep(pauseMs, this.#stop)
  }

  /** Whether all has arrived that was there at the start, if that is when to end. */
  #isDone(): boolean {
    if (this.#options.until === undefined || !this.#round.isEmpty) return false
    return this.#files.present().every(({ id, refused, held, offset, sizeBytes }) => {
      if (refused !== undefined) return true
      return held === undefined && offset >= Math.min(this.#targets.get(id) ?? 0, sizeBytes)
    })
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.now()
    await this.#files.look(now, this.#first && this.#lookedAt === Number.NEGATIVE_INFINITY)
    this.#lookedAt = now
    this.#options.onProgress?.(this.#progress())
  }

  /** Reads from all files in turn, a piece each, until the round is full or nothing is left. */
  async #fill(): Promise<void> {
    const files = this.#files.readable()
    for (let idle = 0; idle < files.length && !this.#round.isFull && !this.#stop.aborted; ) {
      const file = files[this.#turn++ % files.length]!
      idle = (await this.#take(file)) ? 0 : idle + 1
    }
  }

  async #take(file: TailedFile): Promise<boolean> {
    if (file.unreadBytes === 0 && !file.isOpen) return false
    const now = this.#options.clock.now()
    const { records: rules } = this.#rules
    const taking = { rules, ending: this.#endingOf(file, now), most: this.#round.room, now }
    const split = await file.take(taking, (record) => this.#round.add(file, record, now))
    if (split !== undefined) this.#round.note(split)
    return split !== undefined
  }

  #endingOf(file: TailedFile, now: number): Ending {
    const { flushPartialAfterMs, multilineWaitMs } = this.#rules
    const quietMs = now - file.quietSince
    const over = isOver(file, now)
    return {
      partialLine: over || quietMs >= flushPartialAfterMs,
      openRecord: over || quietMs >= multilineWaitMs,
    }
  }

  /** Sends the round and writes down what was read. */
  async #ship(): Promise<void> {
    const round = this.#round
    const { badRecords, onProgress } = this.#options
    if (round.bad.length > 0 && badRecords !== undefined) await setAside(round.bad, badRecords)
    if (round.records.length > 0 && !(await this.#sending.send(round.records))) return
    round.countTo(this.#counts)
    const changed = this.#files.all().filter((file) => file.acknowledge())
    if (changed.length > 0) await this.#writeOffsets()
    this.#round = this.#newRound()
    if (changed.length > 0) onProgress?.(this.#progress())
    if (round.failure !== undefined) throw round.failure
  }

  #newRound(): Round {
    const { format = 'lines', partitionKey = 'random', badRecords, random } = this.#options
    return new Round({ format, partitionKey, setsAside: badRecords !== undefined, random })
  }

  #writeOffsets(): Promise<void> {
    return this.#offsets.write(this.#files.all().map(({ sent }) => sent))
  }

  #progress(): AgentProgress {
    const present = this.#files.present()
    const unreadBytes = present.reduce((bytes, file) => bytes + file.unreadBytes, 0)
    return { files: present.length, unreadBytes, refused: this.#files.refused.size, ...this.#counts }
  }

  /** The end is no success if there was something that could not be read. */
  #complain(): void {
    for (const [file, reason] of this.#files.refused) {
      throw new MillraceError(
        'FILE_UNREADABLE',
        `cannot be read: ${reason}; the other files have been sent`,
        {
          where: { file },
        },
      )
    }
  }
}

const silent: Log = { info() {}, warn() {} }
