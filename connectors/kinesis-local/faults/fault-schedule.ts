import type { Random } from '../../../src/contract/clock.ts'
import type { Fault, FaultKind, FaultOf, FaultPlan } from './fault.ts'
import { faultKinds } from './fault-kinds.ts'
import { seededChance } from './seeded-chance.ts'

/** A moment at which something may go wrong. */
export interface Occasion {
  readonly operation: string
  readonly stream: string | undefined
}

/** A fault that strikes now. What else is left to chance in it comes from `random`. */
export interface Strike<K extends FaultKind> {
  readonly fault: FaultOf<K>
  readonly random: Random
}

/** How often faults of each kind have struck. */
export type Injected = Readonly<Record<FaultKind, number>>

interface Entry {
  readonly fault: Fault
  readonly random: Random
  left: number
}

/** Decides, from a plan and the occasions so far and nothing else, which fault strikes when. */
export class FaultSchedule {
  #plan: FaultPlan
  #entries: readonly Entry[]
  readonly #injected = Object.fromEntries(Object.keys(faultKinds).map((kind) => [kind, 0])) as Record<
    FaultKind,
    number
  >

  constructor(plan: FaultPlan) {
    this.#plan = plan
    this.#entries = plan.faults.map((fault, line) => ({
      fault,
      random: seededChance(plan.seed ?? 0, line),
      left: fault.count ?? Number.POSITIVE_INFINITY,
    }))
  }

  get injected(): Injected {
    return { ...this.#injected }
  }

  /** The faults that may strike. */
  get plan(): FaultPlan {
    return this.#plan
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** From now on nothing strikes. */
  stop(): void {
    this.#plan = { faults: [] }
    this.#entries = []
  }

  /**
   * The first fault of these kinds that strikes. All that could do take their chance, so that what one does never
   * depends on those before it.
   *
   * @param affects Whether a fault would change anything here, its shard considered.
   */
  next<K extends FaultKind>(
    kinds: readonly K[],
    occasion: Occasion,
    affects: (fault: FaultOf<K>) => boolean,
  ): Strike<K> | undefined {
    const could = this.#entries.filter(({ fault, left }) => {
      return left > 0 && isOneOf(fault, kinds) && isAimedAt(fault, occasion) && affects(fault)
    })
    const struck = could.filter(({ fault, random }) => random() < (fault.rate ?? 1))[0]
    if (struck === undefined || !isOneOf(struck.fault, kinds)) return undefined
    struck.left--
    this.#injected[struck.fault.kind]++
    return { fault: struck.fault, random: struck.random }
  }
}

function isOneOf<K extends FaultKind>(fault: Fault, kinds: readonly K[]): fault is FaultOf<K> {
  return kinds.some((kind) => kind === fault.kind)
}

function isAimedAt(fault: Fault, { operation, stream }: Occasion): boolean {
  const operations = fault.operations ?? faultKinds[fault.kind].operations
  return operations.includes(operation) && (fault.stream === undefined || fault.stream === stream)
}
