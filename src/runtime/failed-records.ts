import type { Batch, Watermark } from '../contract/element.ts'
import type { FailedRecord } from '../contract/failed-record.ts'
import { failedRecords } from '../graph/failed-records.ts'
import type { GraphNode, StreamGraph } from '../graph/stream-graph.ts'
import type { Job } from '../job.ts'
import { beginningOfTime } from '../time/end-of-time.ts'
import type { ChainContext, RefusedRecord } from './chain-context.ts'

/**
 * Keeps the records that functions of the job failed on until they can be handed on, as the job wants it. Their event time
 * is that of the place that is furthest behind of those where records can fail.
 */
export class FailedRecords {
  readonly #onError: Job['onError']
  readonly #push: (element: Batch<FailedRecord> | Watermark) => void
  /** What leads from failed records to their sink. A failure there ends the job: it cannot be kept in turn. */
  readonly #exempt: ReadonlySet<string>
  #kept: FailedRecord[] = []
  readonly #watermarks: number[] = []
  #watermark = beginningOfTime

  constructor(
    graph: StreamGraph,
    onError: Job['onError'],
    push: (element: Batch<FailedRecord> | Watermark) => void,
  ) {
    this.#onError = onError
    this.#push = push
    this.#exempt = downstreamOf(graph, failedRecords)
  }

  /** What takes the records that a chain, or a sink, fails on; `undefined` if that ends the job. */
  takerFor(nodes: readonly GraphNode[]): ChainContext['onRefused'] {
    if (this.#onError === 'fail' || nodes.some(({ id }) => this.#exempt.has(id))) return undefined
    return (refused) => {
      if (this.#onError === 'keep') this.#kept.push(failedRecord(refused))
    }
  }

  /** A place where records can fail, or come from: gives what is to be told of its watermarks. */
  follow(): (timestamp: number) => void {
    const place = this.#watermarks.push(beginningOfTime) - 1
    return (timestamp) => {
      this.#watermarks[place] = timestamp
    }
  }

  /** Hands on what has been kept, and how far event time has come. */
  handOver(): void {
    if (this.#onError !== 'keep') return
    this.#handOverKept()
    const watermark = Math.min(...this.#watermarks)
    if (watermark <= this.#watermark || this.#watermarks.length === 0) return
    this.#watermark = watermark
    this.#push({ kind: 'watermark', timestamp: watermark })
  }

  #handOverKept(): void {
    if (this.#kept.length === 0) return
    const values = this.#kept
    this.#kept = []
    this.#push({
      kind: 'batch',
      split: undefined,
      values,
      timestamps: values.map(({ timestamp }) => timestamp),
    })
  }
}

function failedRecord({ operator, value, timestamp, error }: RefusedRecord): FailedRecord {
  return { operator, value, timestamp, reason: error.happened, code: error.code, where: error.where }
}

function downstreamOf(graph: StreamGraph, id: string): ReadonlySet<string> {
  const found = new Set([id])
  for (const node of graph.nodes) if (node.inputs.some(({ from }) => found.has(from))) found.add(node.id)
  return found
}
