import type { Batch, Element } from '../contract/element.ts'
import type { SplitProgress } from '../contract/operator.ts'
import { type MillraceError, millraceError } from '../errors.ts'
import { type OperatorChain, operatorChains, sourcesOf, throughPartitions } from '../graph/chaining.ts'
import type { GraphEdge, StreamGraph } from '../graph/stream-graph.ts'
import { mainOutput } from '../graph/transformation.ts'
import { type Observable, Subject } from '../rx.ts'
import { type ChainContext, FusedChain, outletName, sideOutletNames } from './fused-chain.ts'

/** What a sink does with the elements that reach it. */
export type SinkEnd = (element: Element<unknown>) => void

/**
 * The running dataflow of a job: an Observable of elements for each output of each task, from the sources through the
 * operator chains to the sinks. Everything in it happens within {@link push}.
 */
export class Dataflow {
  readonly #outputs = new Map<string, Subject<Element<unknown>>>()
  readonly #outputsOfSource = new Map<string, readonly Subject<Element<unknown>>[]>()
  readonly #progressOfSource = new Map<string, SplitProgress[]>()
  #error: MillraceError | undefined

  constructor(graph: StreamGraph, context: ChainContext, sinks: ReadonlyMap<string, SinkEnd>) {
    for (const { id, transformation } of graph.nodes) {
      if (transformation.kind !== 'source') continue
      const outputs = [mainOutput, ...Object.keys(transformation.sides)]
      this.#outputsOfSource.set(
        id,
        outputs.map((output) => this.#open(id, output)),
      )
    }
    for (const chain of operatorChains(graph)) this.#addChain(graph, chain, context)
    for (const { id, inputs, transformation } of graph.nodes) {
      if (transformation.kind !== 'sink') continue
      this.#subscribe(this.#output(throughPartitions(graph, inputs[0]!)), sinks.get(id)!)
    }
  }

  /**
   * Runs records of a source through everything that its output leads to.
   *
   * @throws MillraceError What failed on the way.
   */
  pushBatch(source: string, batch: Batch<unknown>, output: string = mainOutput): void {
    this.#output({ from: source, output }).next(batch)
    if (this.#error !== undefined) throw this.#error
  }

  /** Runs what is not a batch through everything that any output of a source leads to. */
  push(source: string, element: Exclude<Element<unknown>, Batch<unknown>>): void {
    for (const output of this.#outputsOfSource.get(source) ?? []) output.next(element)
    if (this.#error !== undefined) throw this.#error
  }

  /** The operators that follow event time in the splits of a source. */
  progressOf(source: string): readonly SplitProgress[] {
    return this.#progressOfSource.get(source) ?? []
  }

  #addChain(graph: StreamGraph, { input, operators }: OperatorChain, context: ChainContext): void {
    const main = this.#open(operators.at(-1)!.id, mainOutput)
    for (const name of sideOutletNames(operators)) this.#outputs.set(name, new Subject())
    const chain = new FusedChain(operators, context, (name, element) =>
      this.#outputs.get(name)!.next(element),
    )
    this.#subscribe(this.#output(input).pipe(chain.operator), (element) => main.next(element))
    for (const source of sourcesOf(graph, input)) {
      this.#progressOfSource.set(source, [...this.progressOf(source), ...chain.progress])
    }
  }

  #subscribe(input: Observable<Element<unknown>>, take: SinkEnd): void {
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
