import type { Emit, Operator, OperatorContext } from '../../src/contract/operator.ts'
import type { Where } from '../../src/errors.ts'
import { AsyncOperator } from './async-operator.ts'
import type { AsyncFunction, CallPolicy } from './call.ts'
import {
  type Transformed,
  type TransformRecord,
  type TransformResult,
  transformBatch,
} from './transform-batch.ts'

/** How records are put into batches and handed over. */
export interface TransformPolicy {
  readonly batch: number
  readonly concurrency: number
  readonly call: CallPolicy
}

/** A record that waits for its batch, and where it came from. */
interface Collected<T> extends TransformRecord<T> {
  readonly where: Where
}

/** The records of a batch with what became of them. */
interface Outcome<T, R> {
  readonly records: readonly Collected<T>[]
  readonly results: readonly Transformed<R>[]
}

/** Collects records and lets an asynchronous operator ask for each batch of them, in order. */
export class TransformOperator<T, R> implements Operator<T> {
  readonly #context: OperatorContext<R>
  readonly #policy: TransformPolicy
  readonly #batches: AsyncOperator<readonly Collected<T>[], Outcome<T, R>>
  #collected: Collected<T>[] = []

  constructor(
    transform: AsyncFunction<readonly TransformRecord<T>[], readonly TransformResult<R>[]>,
    policy: TransformPolicy,
    context: OperatorContext<R>,
  ) {
    this.#context = context
    this.#policy = policy
    const { clock, random, count } = context
    const onRetry = () => count('retried')
    this.#batches = new AsyncOperator(
      async (records, { signal }) => ({
        records,
        results: await transformBatch(transform, records, policy.call, { clock, random, signal, onRetry }),
      }),
      // A batch is over in time: each attempt is limited, and how many there are.
      {
        concurrency: policy.concurrency,
        ordered: true,
        attempts: 1,
        timeoutMs: Number.POSITIVE_INFINITY,
        backoffMs: 0,
      },
      { ...context, emit: (outcome) => this.#letOut(outcome) },
    )
  }

  readonly process: Emit<T> = (value, timestamp) => {
    const recordId = String(this.#collected.length)
    this.#collected.push({ recordId, value, timestamp, where: this.#context.whereIs() })
    if (this.#collected.length === this.#policy.batch) this.#handOver()
  }

  settle(): void {
    this.#handOver()
  }

  onWatermark(timestamp: number): void {
    this.#handOver()
    this.#batches.onWatermark(timestamp)
  }

  ready(): Promise<void> | undefined {
    return this.#batches.ready()
  }

  drained(): Promise<void> | undefined {
    this.#handOver()
    return this.#batches.drained()
  }

  #handOver(): void {
    if (this.#collected.length === 0) return
    const batch = this.#collected
    this.#collected = []
    this.#batches.process(batch, batch[0]!.timestamp)
  }

  #letOut({ records, results }: Outcome<T, R>): void {
    const failed = this.#context.sideOutput('failed')
    for (const [index, result] of results.entries()) {
      const { value, timestamp, where } = records[index]!
      if (result.kind === 'ok') this.#context.emit(result.value, timestamp)
      else if (result.kind === 'dropped') this.#context.count('dropped')
      else {
        this.#context.count('processingFailed')
        if (failed === undefined) this.#context.refuse(result.error, value, timestamp, where)
        else failed(result.failure, timestamp)
      }
    }
  }
}
