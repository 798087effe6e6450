import { decodeManifest, partsOf } from '../../src/checkpoint/manifest.ts'
import type { Chance } from '../../src/testing/simulation/chance.ts'
import { MillraceProcess } from '../millrace-process.ts'
import { recordsOf } from '../process/rows-in.ts'
import type { Troubles } from './jobs/troubles.ts'
import { OrdealProcess } from './ordeal-process.ts'
import type { Place } from './place.ts'
import type { Tally } from './tally.ts'

/** A job that is tried. */
export interface TriedJob {
  readonly file: string
  readonly env: Readonly<Record<string, string>>
  /** How many records it reads. */
  readonly records: number
  /** All rows that it must write, as text. */
  readonly expected: readonly string[]
  readonly textOf: (row: Readonly<Record<string, unknown>>) => string
}

/** One job in one place, and what an ordeal may do with it. */
export class Trial {
  readonly chance: Chance
  readonly tally: Tally
  readonly place: Place
  readonly #job: TriedJob
  readonly #how: { readonly args: readonly string[]; readonly cwd: string }
  readonly #processes: OrdealProcess[] = []

  constructor(
    job: TriedJob,
    place: Place,
    how: { readonly args: readonly string[]; readonly cwd: string },
    chance: Chance,
    tally: Tally,
  ) {
    this.#job = job
    this.place = place
    this.#how = how
    this.chance = chance
    this.tally = tally
  }

  start(troubles: Troubles = {}): OrdealProcess {
    const { args, cwd } = this.#how
    const env = { ...this.#job.env, ...this.place.env, ORDEAL_TROUBLES: JSON.stringify(troubles) }
    const process = new OrdealProcess(new MillraceProcess(args, { cwd, env }), this.tally)
    this.#processes.push(process)
    return process
  }

  /** Records that a process has still to read when it starts, even if another has read as many before. */
  someRecords(): number {
    return this.chance.between(1, Math.floor(this.#job.records * 0.4))
  }

  /** Lets the job come to its end, if it has not. Now and then also if it has: then nothing may change. */
  async finish(): Promise<void> {
    const ended = this.#processes.some(({ said }) => said.includes('finished:'))
    if (!ended || this.chance.in(0.2)) await this.start().endsWell()
  }

  /** @throws If a row can be seen twice, or one that must not be there. */
  async expectNothingTwice(): Promise<void> {
    await this.#weigh()
    const missing = missingOf(this.#job.expected, await this.#rows())
    this.tally.add(missing.length > 0 ? 'looked at results in the middle of work' : 'looked at all results')
  }

  /** @throws If any row is missing, there twice or wrong. */
  async expectAll(): Promise<void> {
    const missing = missingOf(this.#job.expected, await this.#rows())
    if (missing.length > 0) throw new Error(`${missing.length} rows are missing, such as ${missing[0]}`)
  }

  /** Ends all processes, and counts what has happened. */
  async end(): Promise<void> {
    for (const process of this.#processes) await process.end(this.#job.records)
    try {
      for (const [what, count] of Object.entries(await this.place.happened())) this.tally.add(what, count)
    } finally {
      await this.place.close()
    }
  }

  /** What all processes have said. */
  get said(): string {
    return this.#processes.map(({ said }, index) => `--- process ${index + 1}\n${said}`).join('\n')
  }

  async #rows(): Promise<string[]> {
    return (await recordsOf(await this.place.results())).map(this.#job.textOf)
  }

  /** How large the state is that the newest checkpoint holds. */
  async #weigh(): Promise<void> {
    const { checkpoints } = this.place
    const newest = (await checkpoints.list('manifests/')).at(-1)
    const content = newest === undefined ? undefined : await checkpoints.read(newest)
    if (content === undefined) return
    const manifest = decodeManifest(content)
    if ('damage' in manifest) throw new Error(`${newest} is damaged: ${manifest.damage}`)
    const bytes = partsOf(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    this.tally.most('MiB of the largest checkpoint that was seen', Math.round(bytes / 2 ** 20))
  }
}

/**
 * What of the rows that must be there in the end is not there yet.
 *
 * @throws If a row is there that must not be, or once more than it must.
 */
function missingOf(expected: readonly string[], rows: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of expected) left.set(row, (left.get(row) ?? 0) + 1)
  for (const row of rows) {
    const times = left.get(row) ?? 0
    if (times === 0) throw new Error(`a row is there twice, or is wrong: ${row}`)
    left.set(row, times - 1)
  }
  return [...left].flatMap(([row, times]) => Array<string>(times).fill(row))
}
