import type { Barrier, Batch, Element, End, SplitMark, Tick } from '../contract/element.ts'
import type { Json } from '../contract/json.ts'
import type { Emit, Operator, OperatorContext, Running, SplitProgress } from '../contract/operator.ts'
import { type MillraceError, millraceError, type Where } from '../errors.ts'
import type { GraphNode } from '../graph/stream-graph.ts'
import type { OperatorTransformation } from '../graph/transformation.ts'
import { Observable, type OperatorFunction } from '../rx.ts'
import { endOfTime } from '../time/end-of-time.ts'
import { BatchingOutput, placeOf } from './batching-output.ts'
import { CaughtCalls, unlessUnderWay } from './caught-calls.ts'
import type { ChainContext } from './chain-context.ts'
import { failedAt } from './failed-value.ts'
import { GuardedOperator } from './guarded-operator.ts'
import { created, isOfMachine, naming, operatorFailure } from './operator-failure.ts'

/** How one operator, and everything after it in the chain, is called. */
interface Link {
  readonly process: Emit<unknown>
  readonly onWatermark: (timestamp: number) => void
}

/** An operator of the chain. */
interface Member {
  readonly id: string
  readonly operator: Operator<unknown>
  readonly failed: OperatorContext<unknown>['failed']
}

/**
 * The operators of a chain, each calling the next one directly: a batch runs through all of them in one loop, without
 * a queue, an array or an Observable in between.
 */
export class FusedChain {
  readonly #context: ChainContext
  readonly #main: BatchingOutput
  readonly #sides: ReadonlyMap<string, BatchingOutput>
  readonly #operators: Member[] = []
  readonly #running: Running = { operator: 0 }
  /** By their numbers, from 1. */
  readonly #ids: readonly string[]
  readonly #head: Link
  readonly #caught: CaughtCalls
  #emit: (element: Element<unknown>) => void = () => {}
  /** Where the record that is processed at the moment came from. */
  #whereIs: () => Where = () => ({})

  /**
   * @param sides The side outputs that the job uses, each by its {@link outletName}.
   * @param emitSide Takes what leaves by them.
   */
  constructor(
    nodes: readonly GraphNode<OperatorTransformation>[],
    sides: readonly string[],
    context: ChainContext,
    emitSide: (name: string, element: Element<unknown>) => void,
  ) {
    this.#context = context
    this.#ids = nodes.map(({ id }) => id)
    this.#main = new BatchingOutput((element) => this.#emit(element))
    this.#sides = new Map(
      sides.map((name) => [name, new BatchingOutput((element) => emitSide(name, element))]),
    )
    const catching = nodes.findIndex(({ transformation }) => transformation.catches)
    const last: Link = {
      process: this.#main.process,
      onWatermark: (timestamp) => this.#toAll({ kind: 'watermark', timestamp }),
    }
    this.#head = nodes.reduceRight<Link>(
      (next, node, place) => this.#link(node, next, place + 1, catching !== -1 && place > catching),
      last,
    )
    this.#operators.reverse()
    const caught = catching === -1 ? [] : this.#operators.slice(catching + 1).map(({ operator }) => operator)
    this.#caught = new CaughtCalls(caught, [this.#main, ...this.#sides.values()])
  }

  /** The chain as an RxJS operator over elements. */
  readonly operator: OperatorFunction<Element<unknown>, Element<unknown>> = (elements) =>
    new Observable((subscriber) => {
      this.#emit = (element) => subscriber.next(element)
      return elements.subscribe({
        next: (element) => {
          try {
            this.#push(element)
          } catch (error) {
            subscriber.error(this.#failure(error))
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      })
    })

  /** Operators that say how far event time has come in each split. */
  get progress(): readonly SplitProgress[] {
    return this.#operators.flatMap(({ operator }) => operator.progress ?? [])
  }

  /** The operators that want to be told of processing time. */
  get ticked(): boolean {
    return this.#operators.some(({ operator }) => operator.onTick !== undefined)
  }

  /** Why an operator does not let the job finish; `undefined` if all do. */
  get unfinished(): MillraceError | undefined {
    for (const { id, operator } of this.#operators)
      if (operator.unfinished !== undefined) return operator.unfinished.at({ operator: id })
    return undefined
  }

  /** Hands a request from outside to the operator that it is for; `false` if that is not here. */
  request(id: string, request: Json): boolean {
    const member = this.#operators.find((one) => one.id === id)
    if (member === undefined) return false
    try {
      member.operator.onRequest?.(request)
      this.#settle()
      this.#flush()
    } catch (error) {
      throw member.failed(error)
    }
    return true
  }

  /** Settles when elements may come. */
  async open(): Promise<void> {
    for (const { id, operator } of this.#operators) {
      try {
        await operator.open?.()
      } catch (error) {
        throw millraceError(error).at({ operator: id })
      }
    }
  }

  /** What must settle before more records are handed over. */
  get waits(): readonly Promise<void>[] {
    return this.#operators.flatMap(({ operator }) => operator.ready?.() ?? [])
  }

  /** Whether records may be in flight when a batch has been handed over. */
  get asynchronous(): boolean {
    return this.#operators.some(({ operator }) => operator.drained !== undefined)
  }

  /** What must settle before nothing is in flight. */
  get inFlight(): readonly Promise<void>[] {
    return this.#operators.flatMap(({ operator }) => operator.drained?.() ?? [])
  }

  #push(element: Element<unknown>): void {
    if (element.kind === 'batch') this.#onBatch(element)
    else if (element.kind === 'watermark') this.#head.onWatermark(element.timestamp)
    else if (element.kind === 'tick') this.#onTick(element)
    else if (element.kind === 'split') this.#onSplit(element)
    else if (element.kind === 'barrier') this.#onBarrier(element)
    else this.#onEnd(element)
  }

  #onBatch({ split, input = 0, values, timestamps, whereIs }: Batch<unknown>): void {
    const { process } = this.#head
    // Only what stands first reads the union.
    this.#each((operator, place) => operator.onBatch?.(split, place === 0 ? input : 0))
    this.#main.split = split
    this.#main.from(placeOf(whereIs?.(0)))
    let index = 0
    this.#whereIs = () => whereIs?.(index) ?? {}
    try {
      for (; index < values.length; index += 1) process(values[index], timestamps[index]!)
    } catch (error) {
      throw failedAt(this.#failure(error).at(this.#whereIs()), values[index])
    } finally {
      this.#whereIs = () => ({})
    }
    this.#each((operator) => operator.onBatchEnd?.())
    this.#settle()
    this.#flush()
    this.#main.split = undefined
    this.#main.from(undefined)
  }

  #settle(): void {
    this.#each((operator) => operator.settle?.())
  }

  #flush(): void {
    this.#main.flush()
    for (const side of this.#sides.values()) side.flush()
  }

  #onTick(tick: Tick): void {
    this.#each((operator) => operator.onTick?.(tick.now))
    this.#settle()
    this.#toAll(tick)
  }

  #onSplit(mark: SplitMark): void {
    this.#each((operator) => operator.onSplit?.(mark))
    this.#toAll(mark)
  }

  #onBarrier(barrier: Barrier): void {
    this.#each((operator, _place, id) => {
      if (operator.snapshot !== undefined) this.#context.onSnapshot(id, operator.snapshot())
    })
    this.#toAll(barrier)
  }

  #onEnd(end: End): void {
    this.#each((operator) => operator.onTick?.(Number.POSITIVE_INFINITY))
    this.#settle()
    this.#head.onWatermark(endOfTime)
    this.#toAll(end)
  }

  #toAll(element: Element<unknown>): void {
    this.#main.send(element)
    for (const side of this.#sides.values()) side.send(element)
  }

  /** What was thrown below an operator is a failure of the one that is running, or else of that operator. */
  #failure(error: unknown, below = this.#operators[0]!.id, of?: unknown): MillraceError {
    const operator = this.#ids[this.#running.operator - 1] ?? below
    this.#running.operator = 0
    return operatorFailure(error, operator, of)
  }

  /** Does something to each operator in turn; what it throws names the operator. */
  #each(act: (operator: Operator<unknown>, place: number, id: string) => void): void {
    for (const [place, { id, operator, failed }] of this.#operators.entries()) {
      try {
        act(operator, place, id)
      } catch (error) {
        throw failed(error)
      }
    }
  }

  /** What a watermark leads to comes from everywhere, not from the records that are processed at the moment. */
  #emitWatermark(timestamp: number, next: Link): void {
    const { where } = this.#main
    this.#main.from(undefined)
    next.onWatermark(timestamp)
    this.#main.from(where)
  }

  #resume(act: () => void, failed: Member['failed']): void {
    try {
      act()
      this.#settle()
      this.#flush()
    } catch (error) {
      this.#context.onFailure(failed(error))
    }
  }

  #refusing(operator: string, failed: Member['failed']) {
    return (error: unknown, value: unknown, timestamp: number, where = this.#whereIs()): void => {
      const located = failedAt(failed(error).at(where), value)
      if (isOfMachine(located)) throw located
      if (this.#context.onRefused === undefined || this.#caught.underWay) throw located
      this.#context.count(`${operator}.failed`)
      this.#context.onRefused({ operator, value, timestamp, error: located })
    }
  }

  /** Gives the failure of what follows an operator. */
  #attempting(next: Link, failed: Member['failed']): OperatorContext<unknown>['attempt'] {
    return (value, timestamp, where) => {
      const whereIs = this.#whereIs
      if (where !== undefined) this.#whereIs = () => where
      try {
        this.#caught.run(() => next.process(value, timestamp))
        return undefined
      } catch (error) {
        const failure = failed(error).at(this.#whereIs())
        if (isOfMachine(failure)) throw failure
        return failure
      } finally {
        this.#whereIs = whereIs
      }
    }
  }

  /**
   * @param number Which of the operators it is, from 1.
   * @param caught Whether an operator before it catches what fails.
   */
  #link(
    { id, transformation }: GraphNode<OperatorTransformation>,
    next: Link,
    number: number,
    caught: boolean,
  ): Link {
    const failed: Member['failed'] = (error, of) => this.#failure(error, id, of)
    const refuse = this.#refusing(id, failed)
    const { catches = false } = transformation
    const goesOn = this.#context.onRefused !== undefined
    const guarded = goesOn && !catches ? new GuardedOperator(refuse) : undefined
    const held = (emit: Emit<unknown>) => guarded?.holding(emit) ?? emit
    const side = (output: string) => this.#sides.get(outletName(id, output))?.process
    const context = {
      ...this.#context.surroundings,
      id,
      emit: held(next.process),
      emitWatermark: (timestamp: number) => this.#emitWatermark(timestamp, next),
      sideOutput: (output: string) => {
        const emit = side(output)
        return emit && held(emit)
      },
      attempt: this.#attempting(next, failed),
      goesOn: goesOn || caught,
      caught,
      running: this.#running,
      number,
      failed,
      whereIs: () => this.#whereIs(),
      refuse,
      count: (counter: string, by?: number) => this.#context.count(`${id}.${counter}`, by),
      level: (counter: string, value: number) => this.#context.level(`${id}.${counter}`, value),
      wakeAt: this.#context.wakeAt,
      resume: (act: () => void) => this.#resume(act, failed),
    }
    const operator = created(id, () => transformation.create(context, this.#context.restored[id]))
    this.#operators.push({ id, operator, failed })
    const { process, tellsRunning = false } = operator
    const unguarded = tellsRunning ? process : naming(process, failed)
    const alone = guarded?.guard(operator) ?? unguarded
    const calls = () => this.#caught
    return {
      process: caught && guarded !== undefined ? unlessUnderWay(calls, alone, unguarded) : alone,
      onWatermark:
        operator.onWatermark === undefined
          ? next.onWatermark
          : naming(operator.onWatermark.bind(operator), failed),
    }
  }
}

/** The name that a side output of one operator has in the whole dataflow. */
export function outletName(operator: string, output: string): string {
  return `${operator}:${output}`
}
