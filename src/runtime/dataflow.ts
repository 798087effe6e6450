import type { Batch, Element } from '../contract/element.ts'
import type { Json } from '../contract/json.ts'
import type { SplitProgress } from '../contract/operator.ts'
import { type MillraceError, millraceError } from '../errors.ts'
import {
  type OperatorChain,
  operatorChains,
  sideOutputsOf,
  sourcesOf,
  throughPartitions,
  upstreamOf,
} from '../graph/chaining.ts'
import { failedRecords } from '../graph/failed-records.ts'
import type { GraphEdge, GraphNode, StreamGraph } from '../graph/stream-graph.ts'
import { mainOutput } from '../graph/transformation.ts'
import type { Job } from '../job.ts'
import { type Observable, Subject } from '../rx.ts'
import type { ChainContext } from './chain-context.ts'
import { FailedRecords } from './failed-records.ts'
import { FusedChain, outletName } from './fused-chain.ts'
import { Union } from './union.ts'

/** What a dataflow tells and is told by the run around it. */
export interface DataflowContext extends Omit<ChainContext, 'onRefused'> {
  readonly onError: Job['onError']
}

/** What a sink does with the elements that reach it. */
export type SinkEnd = (element: Element<unknown>, onRefused: ChainContext['onRefused']) => void

/**
 * The running dataflow of a job: an Observable of elements for each output of each task, from the sources through the
 * operator chains to the sinks. Everything in it happens within {@link push}.
 */
export class Dataflow {
  readonly #outputs = new Map<string, Subject<Element<unknown>>>()
  readonly #outputsOfSource = new Map<string, readonly Subject<Element<unknown>>[]>()
  readonly #progressOfSource = new Map<string, SplitProgress[]>()
  readonly #chains: FusedChain[] = []
  readonly #progressOfOperator = new Map<string, readonly SplitProgress[]>()
  readonly #failed: FailedRecords
  #error: MillraceError | undefined

  constructor(graph: StreamGraph, context: DataflowContext, sinks: ReadonlyMap<string, SinkEnd>) {
    for (const { id, transformation } of graph.nodes) {
      if (transformation.kind === 'union') this.#open(id, mainOutput)
      if (transformation.kind !== 'source') continue
      const outputs = [mainOutput, ...sideOutputsOf(graph, id)]
      this.#outputsOfSource.set(
        id,
        outputs.map((output) => this.#open(id, output)),
      )
    }
    this.#failed = new FailedRecords(graph, context.onError, (element) =>
      element.kind === 'batch' ? this.pushBatch(failedRecords, element) : this.push(failedRecords, element),
    )
    for (const chain of operatorChains(graph)) {
      const onRefused = this.#failed.takerFor(chain.operators)
      this.#addChain(graph, chain, { ...context, onRefused })
      if (onRefused !== undefined) this.#followTime(chain)
    }
    for (const node of graph.nodes) {
      if (node.transformation.kind === 'union') this.#addUnion(graph, node)
      if (node.transformation.kind === 'sink') this.#addSink(graph, node, sinks.get(node.id)!, context)
    }
  }

  /**
   * Runs records of a source through everything that its output leads to.
   *
   * @throws MillraceError What failed on the way.
   */
  pushBatch(source: string, batch: Batch<unknown>, output: string = mainOutput): void {
    this.#output({ from: source, output }).next(batch)
    this.#finishPush()
  }

  /** Runs what is not a batch through everything that any output of a source leads to. */
  push(source: string, element: Exclude<Element<unknown>, Batch<unknown>>): void {
    for (const output of this.#outputsOfSource.get(source) ?? []) output.next(element)
    this.#finishPush()
  }

  #finishPush(): void {
    if (this.#error !== undefined) throw this.#error
    this.#failed.handOver()
  }

  /** The operators that follow event time in the splits of a source. */
  progressOf(source: string): readonly SplitProgress[] {
    return this.#progressOfSource.get(source) ?? []
  }

  /** Settles when operators have what they need of their restored state. */
  async open(): Promise<void> {
    for (const chain of this.#chains) await chain.open()
  }

  /** Whether any operator wants to be told of processing time. */
  get ticked(): boolean {
    return this.#chains.some((chain) => chain.ticked)
  }

  /** Why the job must not finish, if its input has ended; `undefined` if it may. */
  get unfinished(): MillraceError | undefined {
    return this.#chains.find((chain) => chain.unfinished !== undefined)?.unfinished
  }

  /**
   * Hands a request from outside to an operator; `false` if the job does not have it.
   *
   * @throws MillraceError What fails because of it.
   */
  request(operator: string, request: Json): boolean {
    const found = this.#chains.some((chain) => chain.request(operator, request))
    this.#finishPush()
    return found
  }

  /** Settles when operators that wait for something outside have room for more; `undefined` if they have now. */
  get ready(): Promise<unknown> | undefined {
    return all(this.#chains.flatMap((chain) => chain.waits))
  }

  /** Whether records may be in flight when a batch has been handed over. */
  get asynchronous(): boolean {
    return this.#chains.some((chain) => chain.asynchronous)
  }

  /** Settles when some of what is in flight has come back; `undefined` when nothing is in flight. */
  get inFlight(): Promise<unknown> | undefined {
    return all(this.#chains.flatMap((chain) => chain.inFlight))
  }

  #addUnion(graph: StreamGraph, { id, inputs }: GraphNode): void {
    const output = this.#output({ from: id, output: mainOutput })
    const union = new Union(inputs.length, (element) => output.next(element))
    for (const [index, input] of inputs.entries()) {
      this.#subscribe(this.#output(throughPartitions(graph, input)), (element) => union.take(index, element))
    }
    this.#align(graph, { from: id, output: mainOutput })
  }

  #addSink(graph: StreamGraph, node: GraphNode, take: SinkEnd, { count }: DataflowContext): void {
    const input = throughPartitions(graph, node.inputs[0]!)
    const keep = this.#failed.takerFor([node])
    const onRefused: ChainContext['onRefused'] =
      keep &&
      ((refused) => {
        count(`${node.id}.failed`)
        keep(refused)
      })
    this.#subscribe(this.#output(input), (element) => take(element, onRefused))
    if (onRefused !== undefined) this.#follow(input)
  }

  /** What comes together is read at one pace, whichever source it comes from. */
  #align(graph: StreamGraph, edge: GraphEdge): void {
    const sources = new Set(sourcesOf(graph, edge))
    const before = new Set(upstreamOf(graph, edge))
    const progress = [...before].flatMap((id) => this.#progressOfOperator.get(id) ?? [])
    if (sources.size < 2 || progress.length < 2) return
    for (const source of sources) this.#addProgress(source, [together(progress)])
  }

  #addProgress(source: string, progress: readonly SplitProgress[]): void {
    this.#progressOfSource.set(source, [...this.progressOf(source), ...progress])
  }

  #addChain(graph: StreamGraph, { input, operators }: OperatorChain, context: ChainContext): void {
    const main = this.#open(operators.at(-1)!.id, mainOutput)
    const sides = operators.flatMap(({ id }) => sideOutputsOf(graph, id).map((side) => outletName(id, side)))
    for (const name of sides) this.#outputs.set(name, new Subject())
    const chain = new FusedChain(operators, sides, context, (name, element) =>
      this.#outputs.get(name)!.next(element),
    )
    this.#chains.push(chain)
    this.#subscribe(this.#output(input).pipe(chain.operator), (element) => main.next(element))
    this.#progressOfOperator.set(operators.at(-1)!.id, chain.progress)
    for (const source of sourcesOf(graph, input)) this.#addProgress(source, chain.progress)
  }

  /** Records can fail on either side of an operator that makes event time anew. */
  #followTime({ input, operators }: OperatorChain): void {
    for (const edge of [input, { from: operators.at(-1)!.id, output: mainOutput }]) this.#follow(edge)
  }

  #follow(edge: GraphEdge): void {
    const advance = this.#failed.follow()
    this.#subscribe(this.#output(edge), (element) => {
      if (element.kind === 'watermark') advance(element.timestamp)
    })
  }

  #subscribe(input: Observable<Element<unknown>>, take: (element: Element<unknown>) => void): void {
    input.subscribe({
      next: (element) => {
        try {
          take(element)
        } catch (error) {
          this.#error ??= millraceError(error)
        }
      },
      error: (error) => {
        this.#error ??= millraceError(error)
      },
    })
  }

  #open(from: string, output: string): Subject<Element<unknown>> {
    const subject = new Subject<Element<unknown>>()
    this.#outputs.set(outletName(from, output), subject)
    return subject
  }

  #output({ from, output }: GraphEdge): Subject<Element<unknown>> {
    return this.#outputs.get(outletName(from, output))!
  }
}

/** The progress of splits that several operators follow, each some of them. */
function together(all: readonly SplitProgress[]): SplitProgress {
  return {
    maxDriftMs: Math.min(...all.map(({ maxDriftMs }) => maxDriftMs)),
    watermarkOf: (split) => {
      const known = all.flatMap(({ watermarkOf }) => watermarkOf(split) ?? [])
      return known.length === 0 ? undefined : Math.min(...known)
    },
  }
}

function all(promises: readonly Promise<void>[]): Promise<unknown> | undefined {
  return promises.length === 0 ? undefined : Promise.all(promises)
}
