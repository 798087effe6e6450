import { MillraceError } from '../../src/errors.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { givenText } from '../../src/graph/given-text.ts'
import type { Duration } from '../../src/units.ts'
import type { Condition, Gap, GroupPart, Loop, PatternData, PatternPart, StepPart } from './parts.ts'

/** Shows the compiler what a pattern finds and in what. No pattern has it. */
declare const found: unique symbol

/** The records that a match has taken so far, by the names of the steps; the step itself always as a list. */
export type SoFar<T, M, N extends string> = Readonly<M & Record<N, readonly T[]>>

/** A name that no step before it has. */
type Fresh<N extends string, M> = N extends keyof M ? `another step is named ${N}` : N

/**
 * Adds a step, or a group of steps. A step is its name, and which records fit; all do if it is not said. A type guard
 * narrows what it takes.
 */
export interface AddStep<T, M> {
  /** A group: another pattern, all of it, whose steps have other names. */
  <G>(group: Pattern<T, G>): PatternGroup<T, M, G>
  <N extends string, S extends T>(
    name: Fresh<N, M>,
    fits: (value: T, soFar: SoFar<T, M, N>) => value is S,
  ): PatternStep<T, M, N, S>
  <N extends string>(
    name: Fresh<N, M>,
    fits?: (value: T, soFar: SoFar<T, M, N>) => boolean,
  ): PatternStep<T, M, N, T>
}

/** A sequence of steps in records of type `T`, which finds matches of type `M`. A value that describes. */
export interface Pattern<in T, M> {
  readonly [found]: (value: T) => M
  readonly data: PatternData
}

/** A pattern that can go on. */
export interface OpenPattern<T, M> extends Pattern<T, M> {
  /** A record right after the one before (Flink's strict contiguity). */
  readonly next: AddStep<T, M>
  /** The first record after the one before that fits (Flink's relaxed contiguity). */
  readonly followedBy: AddStep<T, M>
  /** Every record after the one before that fits: a match for each (Flink's non-deterministic relaxed contiguity). */
  readonly followedByAny: AddStep<T, M>
  /** The record right after the one before must not fit. At the end of a pattern it must be there, and not fit. */
  notNext(fits: (value: T, soFar: Readonly<M>) => boolean): OpenPattern<T, M>
  /**
   * No record may fit up to, and with, the one that the next step takes. At the end of a pattern: none until `within` is
   * over. After a loop it also holds between the records of the loop.
   */
  notFollowedBy(fits: (value: T, soFar: Readonly<M>) => boolean): PatternEnd<T, M>
  /** The time from the first record to the last must be shorter than this. Ends the pattern. */
  within(time: Duration): Pattern<T, M>
}

/** A pattern that says last what must not follow. */
export interface PatternEnd<T, M> extends OpenPattern<T, M> {
  /** At the end of a pattern: none until this time after the last record. */
  withinPrevious(time: Duration): Pattern<T, M>
}

/** What a group finds that comes again: all records of each step. */
export type Rounds<G> = {
  [N in keyof G]: G[N] extends readonly (infer S)[] ? S[] : Exclude<G[N], undefined>[]
}

/** What a group finds that may not come. */
export type Maybe<G> = { [N in keyof G]: G[N] extends readonly unknown[] ? G[N] : G[N] | undefined }

/** A pattern whose last part is a group: how often it comes can be said now. */
export interface PatternGroup<T, M, G> extends OpenPattern<T, M & G> {
  /** One round or more. Without {@link GroupLoop.consecutive} other records may lie between them. */
  oneOrMore(): GroupLoop<T, M, G>
  /** So many rounds, or from so many up to so many. */
  times(from: number, to?: number): GroupLoop<T, M, G>
  /** So many rounds or more. */
  timesOrMore(from: number): GroupLoop<T, M, G>
  /** All of it or nothing. */
  optional(): OpenPattern<T, M & Maybe<G>>
}

/** A pattern whose last part is a group that comes again. In it conditions see single records of the round at hand. */
export interface GroupLoop<T, M, G> extends OpenPattern<T, M & Rounds<G>> {
  /** No other record may lie between two rounds. */
  consecutive(): GroupLoop<T, M, G>
  /** Any records may lie between two rounds, also ones that a round could begin with: a match for each combination. */
  allowCombinations(): GroupLoop<T, M, G>
  /** As often as said, or not at all: the lists are then empty. */
  optional(): GroupLoop<T, M, G>
  /** No step of the group takes a record that fits this, and no round goes on or begins after it. */
  until(fits: (value: T, soFar: Readonly<M & Rounds<G>>) => boolean): GroupLoop<T, M, G>
}

/** A pattern whose last step is `N`: how often it may take a record can be said now. */
export interface PatternStep<T, M, N extends string, S> extends OpenPattern<T, M & Record<N, S>> {
  /** One or more. Without {@link LoopStep.consecutive} others may lie between. */
  oneOrMore(): LoopStep<T, M, N, S>
  /** So many, or from so many up to so many. */
  times(from: number, to?: number): LoopStep<T, M, N, S>
  /** So many or more. */
  timesOrMore(from: number): LoopStep<T, M, N, S>
  /** One or none. */
  optional(): OpenPattern<T, M & Record<N, S | undefined>>
  /** The time from the record before to this one must be shorter than this. Not for the first step. */
  withinPrevious(time: Duration): PatternStep<T, M, N, S>
}

/** A pattern whose last step `N` takes several records. */
export interface LoopStep<T, M, N extends string, S> extends OpenPattern<T, M & Record<N, S[]>> {
  /** Takes as many as it can: a record that fits it is not left to the next step. */
  greedy(): LoopStep<T, M, N, S>
  /** No other record may lie between those of the step. */
  consecutive(): LoopStep<T, M, N, S>
  /** Any records may lie between, also ones that fit: a match for each combination. */
  allowCombinations(): LoopStep<T, M, N, S>
  /** As often as said, or not at all: the list is then empty. */
  optional(): LoopStep<T, M, N, S>
  /** The step takes neither a record that fits this, nor any after it. */
  until(fits: (value: T, soFar: SoFar<T, M, N>) => boolean): LoopStep<T, M, N, S>
  /** The time from the record before to each of the step must be shorter than this, also between two of the step. */
  withinPrevious(time: Duration): LoopStep<T, M, N, S>
}

/** The first step. */
export interface PatternStart<T> {
  readonly begin: AddStep<T, Record<never, never>>
}

/**
 * Describes a sequence of records to look for with `matchPattern`. The words mean what they mean in Flink CEP
 * (nightlies.apache.org/flink, "Event Processing (CEP)"). Each condition gets the record, and the records of the match so
 * far by the names of their steps; it must depend on nothing else.
 *
 * @example
 * pattern<{ price: number }>()
 *   .begin('start')
 *   .next('fall', (bid, { start, fall }) => bid.price < (fall.at(-1) ?? start).price)
 *   .oneOrMore()
 *   .consecutive()
 *   .next('rise', (bid, { fall }) => bid.price > fall.at(-1)!.price)
 *   .within('10m')
 */
export function pattern<T>(): PatternStart<T> {
  const begin = (step: Begun, fits?: Condition) => new Building([]).followedBy(step, fits)
  // The names and types of the steps are the promise of the interfaces above.
  return Object.freeze({ begin }) as unknown as PatternStart<T>
}

const always = () => true

/**
 * What a pattern says.
 *
 * @param what What messages call whoever takes it.
 * @throws MillraceError `JOB_INVALID` for what is no pattern, or one without a step.
 */
export function dataOf(given: { readonly data: PatternData }, what: string): PatternData {
  if (given?.data?.parts !== undefined && given.data.parts.length > 0) return given.data
  throw new MillraceError(
    'JOB_INVALID',
    `${what} is ${givenText(given)}: it takes a pattern that has begun, as pattern().begin('name', condition)`,
  )
}
const atLeastOnce: Loop = { min: 1, max: Infinity, gap: 'relaxed', greedy: false, until: undefined }

/** The name of a step, or a group. */
type Begun = string | { readonly data: PatternData }

class Building {
  readonly data: PatternData

  constructor(parts: readonly PatternPart[], withinMs?: number) {
    this.data = Object.freeze({ parts: Object.freeze(parts), withinMs })
    Object.freeze(this)
  }

  next(step: Begun, fits?: Condition): Building {
    return this.#begun(step, 'strict', fits)
  }

  followedBy(step: Begun, fits?: Condition): Building {
    return this.#begun(step, 'relaxed', fits)
  }

  followedByAny(step: Begun, fits?: Condition): Building {
    return this.#begun(step, 'any', fits)
  }

  notNext(fits: Condition): Building {
    givenFunction(fits, 'notNext')
    return this.#with({ kind: 'not', onlyNext: true, fits, withinMs: undefined })
  }

  notFollowedBy(fits: Condition): Building {
    givenFunction(fits, 'notFollowedBy')
    return this.#with({ kind: 'not', onlyNext: false, fits, withinMs: undefined })
  }

  within(time: Duration): Building {
    return new Building(this.data.parts, givenDuration(time, 'the within of a pattern'))
  }

  withinPrevious(time: Duration): Building {
    return this.#changed({ withinMs: givenDuration(time, 'the withinPrevious of a pattern') })
  }

  oneOrMore(): Building {
    return this.#loop({})
  }

  times(from: number, to = from): Building {
    return this.#loop({ min: from, max: to })
  }

  timesOrMore(from: number): Building {
    return this.#loop({ min: from })
  }

  greedy(): Building {
    return this.#loop({ greedy: true })
  }

  consecutive(): Building {
    return this.#loop({ gap: 'strict' })
  }

  allowCombinations(): Building {
    return this.#loop({ gap: 'any' })
  }

  until(fits: Condition): Building {
    return this.#loop({ until: givenFunction(fits, 'until') })
  }

  optional(): Building {
    return this.#changed({ optional: true })
  }

  #begun(step: Begun, gap: Gap, fits: Condition = always): Building {
    givenFunction(
      fits,
      'a step of pattern',
      typeof step === 'string' ? `the condition of "${step}"` : 'the condition',
    )
    const once = { gap, loop: undefined, optional: false } as const
    if (typeof step === 'string')
      return this.#with({ kind: 'step', name: step, fits, withinMs: undefined, ...once })
    return this.#with({ kind: 'group', ...dataOf(step, 'a step of pattern(…)'), ...once })
  }

  #with(part: PatternPart): Building {
    return new Building([...this.data.parts, Object.freeze(part)])
  }

  #loop(change: Partial<Loop>): Building {
    return this.#changed({ loop: { ...atLeastOnce, ...this.#last.loop, ...change } })
  }

  #changed(change: Partial<Omit<StepPart, 'kind'>>): Building {
    return new Building([...this.data.parts.slice(0, -1), Object.freeze({ ...this.#last, ...change })])
  }

  /** The last part can be told what it is told here: the interfaces see to it. */
  get #last(): StepPart | GroupPart {
    return this.data.parts.at(-1) as StepPart | GroupPart
  }
}
