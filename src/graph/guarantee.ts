import type { Guarantee } from '../contract/sink.ts'
import type { GraphNode, StreamGraph } from './stream-graph.ts'
import type { SinkTransformation, SourceTransformation } from './transformation.ts'

/** What holds from the sources to a sink. `'none'`: a record may be lost, and it may show up twice. */
export type EndToEndGuarantee = Guarantee | 'none'

/** What a job promises for the records of one sink, and why. */
export interface SinkGuarantee {
  readonly sink: string
  readonly guarantee: EndToEndGuarantee
  readonly because: readonly string[]
}

/** What a job promises: the weakest of what it promises for each sink. */
export interface JobGuarantee {
  readonly guarantee: EndToEndGuarantee
  readonly sinks: readonly SinkGuarantee[]
}

const weakestFirst: readonly EndToEndGuarantee[] = ['none', 'at-most-once', 'at-least-once', 'exactly-once']

/**
 * The guarantee of a whole job, end to end.
 *
 * Between source and sink nothing is lost or doubled: positions, state and what sinks have staged are published in one
 * checkpoint. So only the two ends decide: a source that cannot be read again loses what came after the last
 * checkpoint, and a sink that is not exactly once doubles or loses what it wrote after it.
 */
export function jobGuarantee(graph: StreamGraph): JobGuarantee {
  const sinks = graph.nodes.filter(isSink).map((sink) => sinkGuarantee(graph, sink))
  return { guarantee: weakest(sinks.map((sink) => sink.guarantee)), sinks }
}

function sinkGuarantee(graph: StreamGraph, node: GraphNode<SinkTransformation>): SinkGuarantee {
  const { guarantee, because } = node.transformation.sink.description
  const sources = sourcesOf(graph, node)
  const losing = sources.filter((source) => !source.transformation.source.description.replayable)
  return {
    sink: node.id,
    guarantee: losing.length === 0 ? guarantee : lossy(guarantee),
    because: [...sources.flatMap(sourceReasons), `sink ${node.id} is ${guarantee}: ${because}`],
  }
}

function lossy(guarantee: Guarantee): EndToEndGuarantee {
  return guarantee === 'at-least-once' ? 'none' : 'at-most-once'
}

function sourceReasons(node: GraphNode<SourceTransformation>): string[] {
  const { replayable, brings } = node.transformation.source.description
  const again = replayable
    ? `source ${node.id} can be read again from the positions of a checkpoint`
    : `source ${node.id} cannot be read again: what came after the last checkpoint is lost in a failure`
  return brings === undefined ? [again] : [again, `source ${node.id} ${brings}`]
}

function sourcesOf(graph: StreamGraph, sink: GraphNode): GraphNode<SourceTransformation>[] {
  const upstream = new Set([sink.id])
  for (const node of graph.nodes.toReversed()) {
    if (upstream.has(node.id)) for (const input of node.inputs) upstream.add(input.from)
  }
  return graph.nodes.filter(isSource).filter((source) => upstream.has(source.id))
}

function weakest(guarantees: readonly EndToEndGuarantee[]): EndToEndGuarantee {
  return weakestFirst.find((guarantee) => guarantees.includes(guarantee)) ?? 'exactly-once'
}

function isSink(node: GraphNode): node is GraphNode<SinkTransformation> {
  return node.transformation.kind === 'sink'
}

function isSource(node: GraphNode): node is GraphNode<SourceTransformation> {
  return node.transformation.kind === 'source'
}
