import type { ObjectStage } from '../../../../src/contract/object-destination.ts'
import type { Committable, InputProgress, SinkContext } from '../../../../src/contract/sink.ts'
import { type Cut, frontier, type Origin, onTop, rangesBetween, unknownCut } from './cut.ts'
import { type CutTable, decodedCuts, encodedCuts } from './cut-table.ts'
import { type LedgerFile, type LedgerObject, ledgerName, ledgerText } from './ledger-object.ts'

/** What a checkpoint keeps of a ledger, beside the cuts at which open files begin. */
export interface LedgerState {
  /** The name of the last entry. */
  readonly head: string | null
  readonly number: number
  /** There were files before the first entry. */
  readonly older: boolean
  readonly cuts: CutTable
  /** Numbers of the cuts: where the next entry begins, and of the checkpoint itself. */
  readonly since: number
  readonly now: number
}

/** An entry that a checkpoint will publish, but for what its files turn out to be. */
export interface Entry {
  readonly name: string
  readonly object: Omit<LedgerObject, 'files'>
}

/** Keeps the ledger of a sink: knows where files begin and end in the input, and makes the entries. */
export class SinkLedger {
  readonly #context: SinkContext
  #head: string | null = null
  #number = 0
  #older: boolean
  #since: Cut
  /** Of the last barrier. */
  #cut: Cut
  #order: number
  #measured: { readonly progress: InputProgress; readonly ending: Omit<Origin, 'after'> } | undefined
  /** Entries that an earlier run left, when this one started from a checkpoint before them, have lower numbers. */
  readonly #foundTo: number

  /**
   * @param restored With the cuts of its table, which the open files of the checkpoint share.
   * @param foundTo The highest number of an entry in the destination.
   * @param older Whether the sink may have published files without a ledger.
   */
  constructor(
    context: SinkContext,
    restored: { readonly state: LedgerState; readonly cuts: readonly Cut[] } | undefined,
    foundTo = 0,
    older = false,
  ) {
    this.#context = context
    this.#foundTo = foundTo
    this.#older = older
    this.#order = restored?.cuts.length ?? 0
    if (restored === undefined) {
      this.#cut = this.#cutAt(context.input().through)
      this.#since = this.#cut
      return
    }
    const { state, cuts } = restored
    this.#head = state.head
    this.#number = state.number
    this.#older = state.older
    this.#since = cuts[state.since]!
    this.#cut = cuts[state.now]!
  }

  /** Where a file begins whose first row comes now, unless another of its partition has ended since the last barrier. */
  get begins(): Cut {
    return this.#cut
  }

  /** Where a file ends whose last row has come. */
  ends(): Omit<Origin, 'after'> {
    const progress = this.#context.input()
    if (this.#measured?.progress === progress) return this.#measured.ending
    const settled = this.#cutAt(onTop(this.#cut.positions, progress.settled))
    const isWhole = progress.settled === progress.through
    const through = isWhole ? settled : this.#cutAt(onTop(this.#cut.positions, progress.through))
    this.#measured = { progress, ending: { through, settled } }
    return this.#measured.ending
  }

  /** A barrier passes. `held`: where files begin that have rows. */
  cut(held: ReadonlySet<Cut>): void {
    const progress = this.#context.input()
    const known = [...held, this.#since].map(({ positions }) => positions)
    const through = frontier(this.#cut.positions, progress.through, known)
    if (!isSame(this.#cut.positions, through)) this.#cut = this.#cutAt(through)
    this.#measured = { progress, ending: { through: this.#cut, settled: this.#cut } }
  }

  /** The entry of the checkpoint whose barrier has just passed. The next one begins where it ends. */
  enter(epoch: number): Entry {
    const { job, name: sink, lineage, code } = this.#context
    this.#number = Math.max(this.#number, this.#foundTo) + 1
    const entry = {
      name: ledgerName({ sink, lineage }, this.#number, epoch),
      object: {
        head: {
          ...{ job, sink, lineage, number: this.#number, follows: this.#head, epoch },
          ...(code !== undefined && { code }),
          ...(this.#older && { older: true as const }),
        },
        after: this.#since,
        through: this.#cut,
      },
    }
    this.#head = entry.name
    this.#since = this.#cut
    this.#older = false
    return entry
  }

  /** Whether records were handed over that are in no entry. */
  get hasMoved(): boolean {
    return Object.keys(rangesBetween(this.#since.positions, this.#cut.positions)).length > 0
  }

  /** What the checkpoint keeps; `numberOf` gives the number of a cut in it, and -1 for none that is known. */
  state(held: ReadonlySet<Cut>): { readonly state: LedgerState; readonly numberOf: (cut: Cut) => number } {
    const cuts = [...new Set([...held, this.#since, this.#cut])]
      .filter((cut) => cut !== unknownCut)
      .sort((a, b) => a.order - b.order)
    const numbers = new Map(cuts.map((cut, index) => [cut, index]))
    const numberOf = (cut: Cut) => numbers.get(cut) ?? -1
    const { since, now } = { since: numberOf(this.#since), now: numberOf(this.#cut) }
    const [head, number, older] = [this.#head, this.#number, this.#older]
    return { state: { head, number, older, cuts: encodedCuts(cuts), since, now }, numberOf }
  }

  /** A cut of later order than all others. */
  #cutAt(positions: Cut['positions']): Cut {
    this.#order += 1
    return { order: this.#order, positions }
  }
}

/**
 * Where the file after a published one begins, when a run that started from an older checkpoint has made that again: by the
 * ledger, in the splits that moved while the published file was open.
 */
export function goingOn(
  settled: Cut,
  published: Pick<LedgerFile, 'after' | 'through' | 'settled'> | undefined,
): Cut {
  if (published === undefined || published.after === unknownCut) return settled
  const { after, through } = published
  const positions = Object.fromEntries(
    Object.entries(settled.positions).map(([name, of]) => [name, { ...of }]),
  )
  for (const [source, splits] of Object.entries(rangesBetween(after.positions, through.positions))) {
    const ofSource = positions[source] ?? {}
    positions[source] = ofSource
    for (const split of Object.keys(splits)) {
      const position = published.settled.positions[source]?.[split]
      if (position === undefined) delete ofSource[split]
      else ofSource[split] = position
    }
  }
  return { order: settled.order, positions, pinned: true }
}

/** Stages an entry. */
export async function stageEntry(
  objects: ObjectStage,
  { name, object }: Entry,
  files: readonly LedgerFile[],
): Promise<Committable> {
  const staged = await objects.stage(name, once(ledgerText({ ...object, files })))
  return { ...staged, ledger: object.head.number, follows: object.head.follows }
}

/** The cuts of a checkpoint, in the order of their numbers. */
export function restoredCuts(state: LedgerState): readonly Cut[] {
  return decodedCuts(state.cuts)
}

function isSame(one: Cut['positions'], other: Cut['positions']): boolean {
  const isEmpty = (a: Cut['positions'], b: Cut['positions']) => Object.keys(rangesBetween(a, b)).length === 0
  return isEmpty(one, other) && isEmpty(other, one)
}

async function* once(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}
