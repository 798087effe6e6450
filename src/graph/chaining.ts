import type { GraphEdge, GraphNode, StreamGraph } from './stream-graph.ts'
import { mainOutput, type OperatorTransformation, type Transformation } from './transformation.ts'

/** Operators fused into one task, from the first to the last. */
export interface OperatorChain {
  readonly input: GraphEdge
  readonly operators: readonly GraphNode<OperatorTransformation>[]
}

/** The side outputs of a node that something reads. */
export function sideOutputsOf(graph: StreamGraph, id: string): readonly string[] {
  const read = graph.nodes.flatMap(({ inputs }) => inputs.filter(({ from }) => from === id))
  return [...new Set(read.map(({ output }) => output))].filter((output) => output !== mainOutput)
}

/**
 * The operator chains of a graph, each after the ones that it reads. An operator joins the chain of the one before it
 * unless something else reads that one's main output too. A partition in between does not break a chain, since in one
 * worker it is only a function call. What follows an operator that catches failures can be undone together: of what
 * does not come back in the same call, or catches failures itself, that cannot be said.
 */
export function operatorChains(graph: StreamGraph): readonly OperatorChain[] {
  const chains: { input: GraphEdge; operators: GraphNode<OperatorTransformation>[] }[] = []
  const chainEndingAt = new Map<string, GraphNode<OperatorTransformation>[]>()
  for (const node of graph.nodes) {
    if (!isOperator(node)) continue
    const input = throughPartitions(graph, node.inputs[0]!)
    const joins = input.output === mainOutput && readers(graph, input) === 1
    const known = joins ? chainEndingAt.get(input.from) : undefined
    const before = known !== undefined && mayFollow(known, node) ? known : undefined
    const operators = before ?? []
    operators.push(node)
    if (before === undefined) chains.push({ input, operators })
    else chainEndingAt.delete(input.from)
    chainEndingAt.set(node.id, operators)
  }
  return chains
}

function mayFollow(
  chain: readonly GraphNode<OperatorTransformation>[],
  { transformation: { catches, detached } }: GraphNode<OperatorTransformation>,
): boolean {
  return !((catches || detached) && chain.some(({ transformation }) => transformation.catches))
}

/** The edge that a node reads when partitions are looked through. */
export function throughPartitions(graph: StreamGraph, edge: GraphEdge): GraphEdge {
  const from = graph.nodes.find((node) => node.id === edge.from)
  return from?.transformation.kind === 'partition' ? throughPartitions(graph, from.inputs[0]!) : edge
}

/** The sources whose records come to an edge by main outputs alone: none for what a side output leads to. */
export function sourcesOf(graph: StreamGraph, edge: GraphEdge): readonly string[] {
  if (edge.output !== mainOutput) return []
  const from = graph.nodes.find((node) => node.id === edge.from)!
  if (from.transformation.kind === 'source') return [from.id]
  return from.inputs.flatMap((input) => sourcesOf(graph, input))
}

/** Everything that records pass on their way to an edge, by main outputs alone. */
export function upstreamOf(graph: StreamGraph, edge: GraphEdge): readonly string[] {
  if (edge.output !== mainOutput) return []
  const from = graph.nodes.find((node) => node.id === edge.from)!
  return [from.id, ...from.inputs.flatMap((input) => upstreamOf(graph, input))]
}

function readers(graph: StreamGraph, edge: GraphEdge): number {
  const edges = graph.nodes
    .filter((node) => node.transformation.kind !== 'partition')
    .flatMap((node) => node.inputs.map((input) => throughPartitions(graph, input)))
  return edges.filter((other) => other.from === edge.from && other.output === edge.output).length
}

function isOperator(node: GraphNode<Transformation>): node is GraphNode<OperatorTransformation> {
  return node.transformation.kind === 'operator'
}
