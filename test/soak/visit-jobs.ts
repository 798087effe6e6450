import { job, json } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import type { EnumeratorSnapshot } from '../../connectors/kinesis/enumerator-snapshot.ts'
import { kinesisSink, kinesisSource } from '../../connectors/kinesis/index.ts'
import type { Clock } from '../../src/contract/clock.ts'
import type { Source, SplitEnumerator } from '../../src/contract/source.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { MortalJob } from './mortal-job.ts'
import type { SoakedStream } from './soaked-stream.ts'

/** Visits of a key are numbered from 0. */
export interface Visit {
  readonly key: string
  readonly n: number
}

export interface Place {
  readonly stream: SoakedStream
  readonly clock: Clock
  readonly seed: number
}

/** Puts `each` visits a second, until all are in the stream. */
export function writingJob(
  visits: readonly Visit[],
  each: number,
  { stream, clock, seed }: Place,
): MortalJob {
  const arrived = visits.map((value) => ({ value, arrivalTime: clock.now() }))
  const source = listSource({ visits: arrived }, { perFetch: each, onFetch: () => clock.sleep(1000) })
  const sink = kinesisSink<Visit, 'checkpointed'>({
    stream: stream.name,
    endpoint: stream.kinesis.endpoint,
    partitionKey: ({ key }) => key,
    delivery: 'checkpointed',
  })
  const described = job('writer', ({ from }) => from('visits', source).pipe(sinkTo('stream', sink)), {
    checkpoint: { every: '2s' },
  })
  return new MortalJob(described, { clock, random: new Chance(seed + 1).next })
}

/** Reads the stream, each visit once. */
export class ReadingJob extends MortalJob {
  readonly #sink: { readonly rows: readonly Visit[] }
  readonly #latest: () => SplitEnumerator<Visit>

  constructor(read: 'polling' | 'fan-out', { stream, clock, seed }: Place) {
    const sink = collectSink<Visit>()
    const { source, latest } = watched(
      kinesisSource({
        stream: stream.name,
        endpoint: stream.kinesis.endpoint,
        startAt: 'trim-horizon',
        decode: json<Visit>(),
        discoverEvery: '5s',
        dropRepeats: true,
        read,
      }),
    )
    const described = job(read, ({ from }) => from('visits', source).pipe(sinkTo('rows', sink)), {
      checkpoint: { every: '2s' },
    })
    super(described, { clock, random: new Chance(seed + (read === 'polling' ? 2 : 3)).next })
    this.#sink = sink
    this.#latest = latest
  }

  /** Those that a checkpoint has committed. */
  get rows(): readonly Visit[] {
    return this.#sink.rows
  }

  /** The shards that it has not read to their end. */
  get unfinished(): readonly string[] {
    const { lineage } = this.#latest().snapshot() as unknown as EnumeratorSnapshot
    const finished = new Set(lineage!.finished)
    return lineage!.shards.map(({ id }) => id).filter((id) => !finished.has(id))
  }
}

/** The same source, and whatever it has opened last. */
function watched<T>(source: Source<T>): { source: Source<T>; latest: () => SplitEnumerator<T> } {
  let latest: SplitEnumerator<T> | undefined
  const open: Source<T>['open'] = async (context, restored) => {
    latest = await source.open(context, restored)
    return latest
  }
  return { source: { ...source, open }, latest: () => latest! }
}
