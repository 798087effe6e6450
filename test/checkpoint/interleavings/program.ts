import { CheckpointCoordinator, type Cut } from '../../../src/checkpoint/coordinator.ts'
import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import { isMillraceError } from '../../../src/errors.ts'

/** What a run does: it claims the job, and takes so many checkpoints of so many records each. */
export interface Program {
  readonly checkpoints: number
  readonly records: number
  /** How often it starts again after a failure. */
  readonly restarts: number
  /** A mistake, to see that it is found: rows become visible before the checkpoint that holds them is published. */
  readonly commitsTooEarly?: true
}

/** Rows that were staged together, from a record up to another. */
export interface Rows {
  readonly from: number
  readonly end: number
}

/** What a run reaches outside of itself. */
export interface Outside {
  readonly store: CheckpointStore
  readonly commit: (rows: Rows) => Promise<void>
  /** What has come of the calls until now does not matter to the run any more, but for this. */
  readonly forget: (known: string) => void
}

/** Runs a program: the order of calls is that of `src/runtime/attempt.ts`. Gives how it ended. */
export async function perform(program: Program, epochsKept: number, outside: Outside): Promise<string> {
  for (let restarts = 0; ; restarts += 1) {
    outside.forget(`attempt ${restarts}`)
    try {
      await attempt(program, epochsKept, outside, restarts)
      return 'done'
    } catch (error) {
      if (!isMillraceError(error)) throw error
      if (!error.retryable || restarts === program.restarts) return error.code
    }
  }
}

async function attempt(program: Program, epochsKept: number, outside: Outside, restarts: number) {
  const { store, commit, forget } = outside
  let published = ''
  let before: 'start' | 'list' | 'read' | 'taken' | 'written' = 'start'
  const watched: CheckpointStore = {
    ...store,
    writeOnce: async (name, content) => {
      if (name.startsWith('manifests/')) published = Buffer.from(content).toString()
      before = await store.writeOnce(name, content)
      return before
    },
    read: (name) => {
      before = 'read'
      return store.read(name)
    },
    list: (prefix) => {
      // A claim begins anew: it knows nothing of what it has seen before.
      if (prefix === 'manifests/' && (before === 'list' || before === 'taken')) forget(`${restarts} claims`)
      before = 'list'
      return store.list(prefix)
    },
  }
  const coordinator = new CheckpointCoordinator('orders', watched, { now: () => 0 }, () => 'a', epochsKept)
  const { restored } = await coordinator.claim()
  forget(`${restarts} claimed with ${published}`)
  for (const rows of rowsOf(restored?.sinks['lake']?.committables)) await commit(rows)
  let position = Number(restored?.sources['orders']?.enumerator ?? 0)
  const kept = restored?.operators['totals']?.parts[0] ?? Buffer.from('never changes')
  const claimed = published
  for (let taken = 0; taken < program.checkpoints; taken += 1) {
    forget(`${restarts} claimed with ${claimed}, ${taken} checkpoints since`)
    const rows = { from: position, end: position + program.records }
    position = rows.end
    if (program.commitsTooEarly) await commit(rows)
    await coordinator.complete(cutAt(rows, kept))
    if (!program.commitsTooEarly) await commit(rows)
    await coordinator.deleteObsolete()
  }
}

export function rowsOf(committables: readonly unknown[] | undefined): readonly Rows[] {
  return (committables ?? []) as readonly Rows[]
}

/** A cut after some rows: a part that is the same in every checkpoint, and one of its own. */
function cutAt(rows: Rows, kept: Uint8Array): Cut {
  return {
    sources: { orders: { enumerator: rows.end, positions: {}, awaiting: {} } },
    operators: { totals: { schema: 1, parts: [kept, Buffer.from(`state after ${rows.end}`)] } },
    sinks: { lake: { state: { schema: 1, parts: [] }, committables: [{ ...rows }] } },
    finished: false,
  }
}
