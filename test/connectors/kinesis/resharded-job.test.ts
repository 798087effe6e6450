import { type CheckpointStore, type Job, job, json, type RunningJob, run } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, sum, tumbling, window } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { expect, test } from 'vitest'
import { kinesisSource } from '../../../connectors/kinesis/index.ts'
import { EmbeddedStream } from './embedded-stream.ts'

interface Visit {
  readonly id: number
  readonly key: string
  readonly time: number
  readonly amount: number
}

interface Total {
  readonly key: string
  readonly start: number
  readonly n: number
  readonly amount: number
}

const minute = 60_000
const chunk = 60

/** Visits of one chunk: they happened within the last half minute, in disorder. */
function visits(round: number, now: number): Visit[] {
  return Array.from({ length: chunk }, (_, index) => ({
    id: round * chunk + index,
    key: `k${(index * 7) % 23}`,
    time: now - ((index * 37) % 30) * 1000,
    amount: 1 + (index % 5),
  }))
}

/** What the job must give, by a plain loop. */
function totalsOf(all: readonly Visit[]): Total[] {
  const totals = new Map<string, Total>()
  for (const { key, time, amount } of all) {
    const start = Math.floor(time / minute) * minute
    const before = totals.get(`${key} ${start}`) ?? { key, start, n: 0, amount: 0 }
    totals.set(`${key} ${start}`, { ...before, n: before.n + 1, amount: before.amount + amount })
  }
  return sorted([...totals.values()])
}

function sorted(totals: readonly Total[]): Total[] {
  return totals.toSorted((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1))
}

class MinuteJob {
  readonly totals = collectSink<Total>()
  readonly late = collectSink<number>()
  readonly ids = collectSink<{ key: string; id: number }>()
  readonly #store: CheckpointStore = memoryStore()
  readonly #stream: EmbeddedStream

  constructor(stream: EmbeddedStream) {
    this.#stream = stream
  }

  run(until?: 'caught-up'): RunningJob {
    const { clock } = this.#stream
    return run(this.#job(), { clock, checkpoints: this.#store, ...(until && { until }) })
  }

  #job(): Job {
    const source = kinesisSource({
      stream: this.#stream.name,
      endpoint: this.#stream.kinesis.endpoint,
      startAt: 'trim-horizon',
      decode: json<Visit>(),
      discoverEvery: '50ms',
    })
    return job(
      'minutes',
      ({ from }) => {
        const all = from('visits', source)
        return [
          all.pipe(
            eventTime(({ time }) => time, { outOfOrder: '30s', idleAfter: '1s' }),
            keyBy(({ key }) => key),
            window(tumbling('1m'), {
              late: (visitsLate) =>
                visitsLate.pipe(
                  map(({ id }) => id),
                  sinkTo('late', this.late),
                ),
            }),
            aggregate('totals', { n: count(), amount: sum(({ amount }) => amount) }),
            map(({ key, window: { start }, n, amount }): Total => ({ key, start, n, amount })),
            sinkTo('rows', this.totals),
          ),
          all.pipe(
            map(({ key, id }) => ({ key, id })),
            sinkTo('ids', this.ids),
          ),
        ]
      },
      { checkpoint: { every: '10ms' } },
    )
  }
}

async function putVisits(stream: EmbeddedStream, all: readonly Visit[]): Promise<void> {
  const Records = all.map((visit) => ({ Data: btoa(JSON.stringify(visit)), PartitionKey: visit.key }))
  await stream.call('PutRecords', { Records })
}

/** Resolves with the first checkpoint after which it is true. */
function after(running: RunningJob, isTrue: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    running.checkpoints$.subscribe(() => isTrue() && resolve())
    running.then(undefined, reject)
  })
}

async function live(
  reshardAt: (round: number, stream: EmbeddedStream) => Promise<void>,
  restartEvery: number,
) {
  const stream = await EmbeddedStream.start(2)
  const minutes = new MinuteJob(stream)
  const put: Visit[] = []
  let running = minutes.run()
  for (let round = 0; round < 24; round += 1) {
    stream.now += 20_000
    const next = visits(round, stream.now)
    put.push(...next)
    await putVisits(stream, next.slice(0, chunk / 2))
    await reshardAt(round, stream)
    await putVisits(stream, next.slice(chunk / 2))
    if (round % 3 === 0) await after(running, () => minutes.ids.rows.length > put.length / 2)
    if (round % restartEvery !== restartEvery - 1) continue
    running.stop()
    await running
    running = minutes.run()
  }
  // Nothing more is put: that time goes on must be enough to close every window.
  stream.now += 5 * minute
  const total = totalsOf(put).length
  await after(running, () => minutes.totals.rows.length >= total)
  running.stop()
  await running
  // By now most of it lies in closed shards, one generation below the other.
  const replayed = new MinuteJob(stream)
  await replayed.run('caught-up')
  await stream.close()
  return { put, jobs: [minutes, replayed] }
}

const steady = async () => {}
const splitAndMerged = (round: number, stream: EmbeddedStream) => stream.reshard(round * 5 + 2)
const scaled = (round: number, stream: EmbeddedStream) => stream.scale([2, 4, 8, 5, 3][round % 5]!)

test.each([
  ['without resharding', steady],
  ['split and merged every round', splitAndMerged],
  ['scaled up and down', scaled],
])('windows neither stall nor fire early: %s, the rows are the same', async (_, reshardAt) => {
  const { put, jobs } = await live(reshardAt, 7)
  for (const { late, totals, ids } of jobs) {
    expect(late.rows).toEqual([])
    expect(sorted(totals.rows)).toEqual(totalsOf(put))
    expect(ids.rows.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(put.map(({ id }) => id))
    for (const key of new Set(put.map((visit) => visit.key))) {
      const ofKey = ids.rows.filter((row) => row.key === key).map(({ id }) => id)
      expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b))
    }
  }
})
