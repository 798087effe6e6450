import { brokenInvariant } from './invariants.ts'
import type { Program } from './program.ts'
import { type Answer, type Resting, RunTable } from './run-table.ts'
import { afterCall, emptyWorld, keyOf, type World } from './world.ts'

/** Two runs of one job, and what happened before. */
export interface Case {
  readonly epochsKept: number
  /** Runs that were over when the two begin, one after the other. */
  readonly before: readonly Program[]
  readonly runs: readonly [Program, Program]
  /** How many calls fail at most: any of them, before or after it has had its effect. */
  readonly failures: number
}

/** Far more than there are: what goes beyond has a loop in it. */
const mostStates = 500_000

/** How much was seen. */
export interface Explored {
  readonly states: number
  /** How the two runs ended, with the number of worlds that they left behind. */
  readonly ends: Readonly<Record<string, number>>
  /** A way to something that must not be. */
  readonly broken: string | undefined
}

interface State {
  readonly world: World
  readonly runs: readonly Resting[]
  readonly failures: number
  readonly came: { readonly from: State; readonly step: string } | undefined
}

/**
 * Goes every way that two runs can get in each other's, call by call. A state that was seen is not gone on from again. A
 * crash at any place needs nothing of its own: it is the way on which that run never gets a turn again.
 */
export async function explore({ epochsKept, before, runs, failures }: Case): Promise<Explored> {
  const tables = runs.map((program) => new RunTable(program, epochsKept))
  const later = new RunTable({ checkpoints: 1, records: 1, restarts: 0 }, epochsKept)
  const seen = new Set<string>()
  const facts = new Facts()
  const ends: Record<string, number> = {}
  const first = await begin(before, epochsKept)
  const resting = await Promise.all(tables.map((table) => table.begin()))
  const open: State[] = [{ world: first, runs: resting, failures, came: undefined }]
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const key = `${facts.of(state.world).key}|${state.runs.map(({ id }) => id)}|${state.failures}`
    if (seen.has(key)) continue
    seen.add(key)
    if (seen.size > mostStates)
      return { states: seen.size, ends, broken: told('there is no end to it', state) }
    const broken = facts.of(state.world).broken ?? state.runs.find(isBroken)?.outcome
    if (broken !== undefined) return { states: seen.size, ends, broken: told(broken, state) }
    if (state.runs.every(({ call }) => call === undefined)) {
      const end = state.runs.map(({ outcome }) => outcome).join(', ')
      ends[end] = (ends[end] ?? 0) + 1
      const wrong = await wrongAfterwards(later, state.world)
      if (wrong !== undefined) return { states: seen.size, ends, broken: told(wrong, state) }
    }
    for (const run of [0, 1]) open.push(...(await steps(state, run, tables[run]!)))
  }
  return { states: seen.size, ends, broken: undefined }
}

/** All that the next call of a run can lead to. */
async function steps(state: State, run: number, table: RunTable): Promise<State[]> {
  const { call } = state.runs[run]!
  if (call === undefined) return []
  const after = afterCall(state.world, call)
  const to = async (world: World, answer: Answer, failures: number): Promise<State> => {
    const from = state.runs[run]!
    const next = table.known(from, answer) ?? (await table.learn(from, answer))
    const step = `${run} ${JSON.stringify(call).slice(0, 90)}: ${answer === 'failed' ? 'failed' : ''}`
    return { world, runs: state.runs.with(run, next), failures, came: { from: state, step } }
  }
  const done = await to(after.world, { value: after.value }, state.failures)
  if (state.failures === 0) return [done]
  const lost = await to(after.world, 'failed', state.failures - 1)
  return [done, lost, await to(state.world, 'failed', state.failures - 1)]
}

async function begin(programs: readonly Program[], epochsKept: number): Promise<World> {
  let world = emptyWorld
  for (const program of programs) world = (await runAlone(new RunTable(program, epochsKept), world)).world
  return world
}

async function runAlone(
  table: RunTable,
  from: World,
): Promise<{ world: World; outcome: string | undefined }> {
  let world = from
  let run = await table.begin()
  while (run.call !== undefined) {
    const after = afterCall(world, run.call)
    world = after.world
    const answer = { value: after.value }
    run = table.known(run, answer) ?? (await table.learn(run, answer))
  }
  return { world, outcome: run.outcome }
}

/** Whoever comes later finds what is right, and leaves it so. */
async function wrongAfterwards(later: RunTable, world: World): Promise<string | undefined> {
  const after = await runAlone(later, world)
  if (after.outcome !== 'done') return `a later run ends with ${after.outcome}`
  return brokenInvariant(after.world)
}

/** What is known of worlds, once for each. */
class Facts {
  readonly #known = new WeakMap<World, { readonly key: string; readonly broken: string | undefined }>()

  of(world: World) {
    const known = this.#known.get(world) ?? { key: keyOf(world), broken: brokenInvariant(world) }
    this.#known.set(world, known)
    return known
  }
}

function isBroken({ outcome }: Resting): boolean {
  return outcome?.startsWith('broken') === true
}

function told(broken: string, state: State): string {
  const way: string[] = []
  for (let at = state; at.came !== undefined; at = at.came.from) way.unshift(at.came.step)
  return [broken, ...way].join('\n  ')
}
