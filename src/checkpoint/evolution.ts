/** What holds something in checkpoints. */
export type Holder = 'source' | 'operator' | 'sink'

/** Something that a checkpoint holds. */
export interface HeldState {
  readonly kind: Holder
  readonly name: string
  readonly version: number
  /** What must be the same for it to fit; `undefined` if it cannot be known without asking a service. */
  readonly shape: string | undefined
}

/** Something that a job keeps in checkpoints. */
export interface DeclaredState extends HeldState {
  readonly renamedFrom: string | undefined
  /** The versions that there is a migration from, each to the next one. */
  readonly migratesFrom: readonly number[]
}

/** What becomes of a piece of state when a job is started on a checkpoint. */
export interface StateChange {
  readonly kind: Holder
  /** In the job; of what is dropped, in the checkpoint. */
  readonly name: string
  readonly change: 'kept' | 'migrated' | 'new' | 'dropped' | 'incompatible'
  /** The name in the checkpoint, where it is another one. */
  readonly renamedFrom?: string
  /** The versions between which it is migrated. */
  readonly versions?: { readonly from: number; readonly to: number }
  /** Why it does not fit. */
  readonly why?: string
}

/**
 * Decides what becomes of every piece of state of a checkpoint, and of every one that a job declares. A job starts only
 * if nothing is incompatible, and `millrace plan --against` shows the same.
 *
 * @param dropped Names whose state the job may lose.
 */
export function decideEvolution(
  held: readonly HeldState[],
  declared: readonly DeclaredState[],
  dropped: readonly string[],
): readonly StateChange[] {
  const taken = new Set<HeldState>()
  const changes = declared.map((state): StateChange => {
    const found = heldFor(state, held)
    if (found === undefined) return { kind: state.kind, name: state.name, change: 'new' }
    taken.add(found)
    return { ...fate(found, state), ...(found.name !== state.name && { renamedFrom: found.name }) }
  })
  const left = held.filter((state) => !taken.has(state))
  return [...changes, ...left.map((state) => fateOfLeft(state, dropped))]
}

function heldFor(state: DeclaredState, held: readonly HeldState[]): HeldState | undefined {
  const named = (name: string | undefined) =>
    held.find((other) => other.kind === state.kind && other.name === name)
  return named(state.name) ?? named(state.renamedFrom)
}

function fate(held: HeldState, state: DeclaredState): StateChange {
  const { kind, name } = state
  const incompatible = (why: string): StateChange => ({ kind, name, change: 'incompatible', why })
  if (held.version > state.version) {
    return incompatible(
      `the checkpoint has version ${held.version}, which is later than the job's ${state.version}`,
    )
  }
  if (held.version < state.version) {
    const missing = range(held.version, state.version).find(
      (version) => !state.migratesFrom.includes(version),
    )
    if (missing !== undefined) {
      return incompatible(
        `the checkpoint has version ${held.version}, the job ${state.version}, and no migration from ${missing}`,
      )
    }
    if (held.shape !== undefined && state.shape !== undefined && layout(held.shape) !== layout(state.shape)) {
      return incompatible(
        `the checkpoint holds another kind of state (${held.shape}) than the job now has (${state.shape}), and migrations change values alone`,
      )
    }
    return { kind, name, change: 'migrated', versions: { from: held.version, to: state.version } }
  }
  if (held.shape !== undefined && state.shape !== undefined && held.shape !== state.shape) {
    return incompatible(
      `the checkpoint holds another shape (${held.shape}) than the job now has (${state.shape})`,
    )
  }
  return { kind, name, change: 'kept' }
}

/** Of a shape such as "by key: tumbling 1h: n = count", what says how values are kept: the kinds, here by, tumbling. */
function layout(shape: string): string {
  const kinds = shape.split(': ').slice(0, -1)
  return kinds.map((kind) => kind.split(' ')[0]).join(' ')
}

function fateOfLeft({ kind, name }: HeldState, dropped: readonly string[]): StateChange {
  if (dropped.includes(name)) return { kind, name, change: 'dropped' }
  return { kind, name, change: 'incompatible', why: 'the job does not have it any more' }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
