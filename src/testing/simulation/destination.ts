import { createHash } from 'node:crypto'
import type { CommitPermit, Committable, Sink, SinkWriter } from '../../contract/sink.ts'
import type { Snapshot } from '../../contract/snapshot.ts'
import type { ManifestChecks } from './manifest-checks.ts'
import { rowText } from './row-text.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { World } from './world.ts'

/** Rows that were staged: which number the first one has, and how many they are. */
type Portion = {
  /** Made of what they are, so that nothing else can take their place. */
  readonly name: string
  readonly first: number
  readonly count: number
}

/** How often a row may be seen at most. */
export type Allowed = (row: string) => number

const refusesRoomInShare = 0.1

/** Where a sink of the job writes to. It outlives processes, and checks at each commit what its readers can see. */
export class Destination {
  readonly #name: string
  readonly #world: World
  readonly #checks: ManifestChecks
  readonly #allowed: Allowed
  readonly #staged = new Map<string, readonly unknown[]>()
  readonly #committed = new Set<string>()
  /** By number: what readers see, and of which portion it is. */
  readonly #visible: { readonly row: unknown; readonly of: string }[] = []
  readonly #seen = new Map<string, number>()

  constructor(name: string, world: World, checks: ManifestChecks, allowed: Allowed) {
    this.#name = name
    this.#world = world
    this.#checks = checks
    this.#allowed = allowed
  }

  /** What readers see. */
  get rows(): readonly unknown[] {
    return this.#visible.map(({ row }) => row)
  }

  /** The destination as a sink of one process. */
  sinkOf(process: SimulatedProcess): Sink<unknown> {
    return {
      description: {
        kind: 'simulated',
        detail: this.#name,
        guarantee: 'exactly-once',
        because: 'rows have numbers',
      },
      open: async (_context, restored) => {
        await this.#call(process, 'open', '', false, () => {})
        return this.#writer(process, restored === undefined ? 0 : numberIn(restored))
      },
    }
  }

  #writer(process: SimulatedProcess, restoredNext: number): SinkWriter<unknown> {
    let first = restoredNext
    let rows: unknown[] = []
    return {
      write: (values) => void rows.push(...values.map((value) => structuredClone(value))),
      ready: () => process.maybeWait(refusesRoomInShare),
      stage: async () => {
        const cut = { first, rows }
        first += rows.length
        rows = []
        const state = { schema: 1, parts: [Buffer.from(String(first))] }
        if (cut.rows.length === 0) return { committables: [], state }
        const portion = { name: nameOf(cut), first: cut.first, count: cut.rows.length }
        await this.#call(process, 'stage', portion.name, true, () => this.#staged.set(portion.name, cut.rows))
        return { committables: [portion], state }
      },
      commit: async (committables, permit) => {
        for (const committable of committables) {
          const detail = `${(committable as Portion).name} of epoch ${permit.epoch}`
          await this.#call(process, 'commit', detail, true, () => this.#commit(committable, permit))
        }
      },
      close: async () => {},
    }
  }

  #call<T>(
    process: SimulatedProcess,
    operation: string,
    detail: string,
    writes: boolean,
    act: () => T,
  ): Promise<T> {
    const text = detail === '' ? this.#name : `${this.#name} ${detail}`
    return process.call({ service: 'sink', operation, detail: text, writes }, act)
  }

  #commit(committable: Committable, permit: CommitPermit): void {
    this.#checks.committed(this.#name, [committable], permit)
    const portion = committable as Portion
    if (this.#committed.has(portion.name)) return
    this.#committed.add(portion.name)
    const rows = this.#staged.get(portion.name)
    const { first } = portion
    if (rows === undefined) this.#breaks(`commits ${portion.name}, which was never staged`)
    else if (first > this.#visible.length)
      this.#breaks(`commits ${portion.name}, though it shows only ${this.#visible.length} rows before it`)
    else if (first < this.#visible.length && !this.#checks.fellBack)
      this.#breaks(`commits ${portion.name}, where ${this.#visible[first]!.of} stands already`)
    else for (const [index, row] of rows.entries()) this.#show(first + index, row, portion.name)
  }

  #show(number: number, row: unknown, of: string): void {
    this.#visible[number] = { row, of }
    if (!this.#checks.fellBack) this.#see(rowText(row))
  }

  #see(row: string): void {
    const times = (this.#seen.get(row) ?? 0) + 1
    this.#seen.set(row, times)
    const allowed = this.#allowed(row)
    if (times > allowed)
      this.#breaks(`shows ${row} ${times} times, which a run without faults shows ${allowed} times`)
  }

  #breaks(what: string): void {
    this.#world.breaks(`sink ${this.#name} ${what}`)
  }
}

function nameOf({ first, rows }: { readonly first: number; readonly rows: readonly unknown[] }): string {
  const content = rows.map(rowText).join('\n')
  return `${first}-${createHash('sha256').update(content).digest('hex').slice(0, 8)}`
}

function numberIn({ parts }: Snapshot): number {
  return Number(Buffer.from(parts[0]!).toString())
}
