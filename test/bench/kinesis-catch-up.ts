import { job, run } from 'millrace'
import { kinesisSource } from 'millrace/connectors/kinesis'
import { filter, sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { forkKinesis } from './fork-kinesis.ts'
import { filled } from './kinesis-stream.ts'
import { MemoryWatch } from './memory-watch.ts'

const stream = 'backlog'
const shards = 64
const records = 1_000_000
const dataBytes = 200
const passes = 10

/**
 * A whole job catches up with a stream of 64 shards from TRIM_HORIZON, ten times over in one process: how fast, and
 * whether its memory grows with the records that went through.
 */
export async function benchKinesisCatchUp(): Promise<string[]> {
  const kinesis = await forkKinesis()
  try {
    await filled({ endpoint: kinesis.endpoint, stream, shards, records, dataBytes })
    const passed: Pass[] = []
    for (let i = 0; i < passes; i++) passed.push(await pass(kinesis.endpoint))
    const fastest = passed.reduce((a, b) => (a.seconds < b.seconds ? a : b))
    const middle = passed.toSorted((a, b) => a.seconds - b.seconds)[passes >> 1]!
    return [
      ...[middle, fastest].map((it, i) => `${i === 0 ? 'median ' : 'fastest'} ${rates(it)}`),
      ...['first', 'last'].map(
        (which) => `${which.padEnd(7)} ${memory(passed.at(which === 'last' ? -1 : 0)!)}`,
      ),
      `most    ${Math.max(...passed.map(({ mostRssMiB }) => mostRssMiB)).toFixed(0)} MiB resident over ${passes * records} records`,
    ]
  } finally {
    await kinesis.stop()
  }
}

interface Pass {
  readonly seconds: number
  readonly cpuMicros: number
  readonly mostRssMiB: number
  readonly heapAfterMiB: number
  readonly rssAfterMiB: number
}

async function pass(endpoint: string): Promise<Pass> {
  const watch = new MemoryWatch()
  const [before, startedAt] = [process.cpuUsage(), performance.now()]
  let bytes = 0
  const source = kinesisSource({
    stream,
    endpoint,
    startAt: 'trim-horizon',
    decode: (data) => {
      bytes += data.length
      return data.length
    },
  })
  const reading = job('catch-up', ({ from }) =>
    from('backlog', source).pipe(
      filter((length) => length === 0),
      sinkTo('nothing', collectSink()),
    ),
  )
  await run(reading, { until: 'caught-up', checkpoints: memoryStore() })
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(before)
  if (bytes !== records * dataBytes) throw new Error(`${bytes} bytes came`)
  return { seconds, cpuMicros: user + system, ...watch.end() }
}

function rates({ seconds, cpuMicros }: Pass): string {
  const perSecond = Math.round(records / seconds).toLocaleString('en')
  const megabytes = ((records * dataBytes) / seconds / 1e6).toFixed(0)
  return `${perSecond} records/s, ${megabytes} MB/s of data, ${(cpuMicros / records).toFixed(2)} µs of CPU a record`
}

function memory({ mostRssMiB, rssAfterMiB, heapAfterMiB }: Pass): string {
  return `million: ${mostRssMiB.toFixed(0)} MiB resident at the most, ${rssAfterMiB.toFixed(0)} after it, ${heapAfterMiB.toFixed(1)} of heap in use`
}
