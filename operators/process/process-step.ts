import { MillraceError } from '../../src/errors.ts'
import { givenChoice } from '../../src/graph/given-choice.ts'
import { givenDuration } from '../../src/graph/given-duration.ts'
import { givenFunction } from '../../src/graph/given-function.ts'
import { givenOptions } from '../../src/graph/given-options.ts'
import { givenText } from '../../src/graph/given-text.ts'
import { mainOutput } from '../../src/graph/transformation.ts'
import { type KeyedStream, pipeable, type Stream, streamAt } from '../../src/stream.ts'
import { keyedOperatorOn } from '../keyed/keyed-step.ts'
import type { OutputType } from './output-type.ts'
import type { ProcessContext } from './process-context.ts'
import { type ProcessFunctions, ProcessLogic, type StateDescriptors } from './process-logic.ts'
import { checkStateCodec } from './state-codec.ts'
import type { StateDescriptor } from './state-descriptor.ts'

/** Results of a function: yielded, in an array, or none at all. */
export type Results<Out> = Iterable<Out> | undefined

/** A stream of results, with the side outputs beside it. */
export interface StreamWithSides<out T, out O> extends Stream<T> {
  /** What leaves by each side output, as a stream. */
  readonly sides: { readonly [N in keyof O]: Stream<O[N]> }
}

/** No names at all. */
export type None = Record<never, never>

/** What `process(…)` and `connect(…)` have in common. */
export interface ProcessOptions<K, S, O, E, TimerOut, ProcessingTimerOut> {
  /** State of each key, by the names under which the functions find it. */
  readonly state?: { readonly [N in keyof S]: StateDescriptor<S[N]> }
  /** The side outputs, by their names. */
  readonly outputs?: { readonly [N in keyof O]: OutputType<O[N]> }
  /** What `emit` takes. Results that are yielded or returned need no such word. */
  readonly emits?: OutputType<E>
  /** A timer of event time fires; `name` is the one that it was set with. */
  readonly onTimer?: (
    time: number,
    context: ProcessContext<K, S, O, E>,
    name: string | undefined,
  ) => Results<TimerOut>
  /** A timer of processing time fires. */
  readonly onProcessingTimer?: (
    time: number,
    context: ProcessContext<K, S, O, E>,
    name: string | undefined,
  ) => Results<ProcessingTimerOut>
}

/** What the DSL says of a process: the types of its functions are the caller's promise. */
interface ProcessDescription {
  readonly verb: string
  readonly name: string
  readonly options: object
  /** By their names, in the order of the inputs. */
  readonly onRecord: Readonly<Record<string, unknown>>
}

/** What is used of the options whatever their types. */
interface Options {
  readonly state?: StateDescriptors
  readonly outputs?: object
  readonly onTimer?: ProcessFunctions['onTimer']
  readonly onProcessingTimer?: ProcessFunctions['onProcessingTimer']
}

/** The stream that functions of the user make of keyed streams. */
export function processOn<Out, O>(
  inputs: readonly KeyedStream<unknown, unknown>[],
  { verb, name, options, onRecord }: ProcessDescription,
): StreamWithSides<Out, O> {
  const { outputs, detail, logic } = processing({ verb, name, options, onRecord })
  return withSides(keyedOperatorOn<Out>(inputs, { verb, name, detail, logic: () => logic() }), outputs)
}

/** What there is to know of the functions before they run. */
export function processing({ verb, name, options, onRecord }: ProcessDescription) {
  const { state = {}, outputs = {}, onTimer, onProcessingTimer } = options as Options
  if (mainOutput in outputs) {
    throw new MillraceError(
      'JOB_INVALID',
      `a side output of "${name}" is called "${mainOutput}", which the results have already`,
    )
  }
  for (const [hook, each] of Object.entries(onRecord)) givenFunction(each, verb, `${hook} of "${name}"`)
  for (const [hook, each] of Object.entries({ onTimer, onProcessingTimer }))
    if (each !== undefined) givenFunction(each, verb, `${hook} of "${name}"`)
  for (const [each, descriptor] of Object.entries(state))
    checkState(descriptor, `${verb}(…): the state "${each}" of "${name}"`)
  const functions = { onRecord: Object.values(onRecord), onTimer, onProcessingTimer } as ProcessFunctions
  return {
    outputs: Object.keys(outputs),
    detail: detailOf(state, onProcessingTimer !== undefined),
    logic: (table?: ReadonlyMap<unknown, unknown>) => new ProcessLogic(functions, state, table),
  }
}

/** Results, with the side outputs beside them. */
export function withSides<Out, O>(main: Stream<Out>, outputs: readonly string[]): StreamWithSides<Out, O> {
  const { from } = main.outlet
  const sides = outputs.map((side) => [side, streamAt({ from, output: side })])
  return pipeable({
    outlet: main.outlet,
    sides: Object.freeze(Object.fromEntries(sides)) as StreamWithSides<Out, O>['sides'],
  })
}

/** What goes by the clock gives other results in a replay, so plans say so. */
function detailOf(state: StateDescriptors, hasProcessingTimers: boolean): string {
  const described = Object.entries(state).map(([name, { kind, ttl }]) => {
    const byClock = ttl?.clock === 'processing' ? ' of processing time' : ''
    return `${name} = ${kind}${ttl === undefined ? '' : ` for ${ttl.after}${byClock}`}`
  })
  return [...described, ...(hasProcessingTimers ? ['timers of processing time'] : [])].join(', ')
}

function checkState(descriptor: StateDescriptors[string], what: string): void {
  if (typeof descriptor?.open !== 'function')
    throw new MillraceError(
      'JOB_INVALID',
      `${what} is ${givenText(descriptor)}, not a state such as valueState() gives`,
    )
  const { ttl, codec } = descriptor
  if (codec !== undefined) checkStateCodec(codec, `${what}: its codec`)
  if (ttl === undefined) return
  const { after, refresh = 'on-write', clock = 'event' } = givenOptions(ttl, `${what}: its ttl`)
  givenDuration(after, `${what}: its ttl`, 1)
  givenChoice(refresh, ['on-write', 'on-read-and-write'], `${what}: refresh of its ttl`)
  givenChoice(clock, ['event', 'processing'], `${what}: clock of its ttl`)
}
