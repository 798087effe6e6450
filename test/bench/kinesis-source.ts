import { systemClock } from 'millrace'
import { kinesisSource } from '../../connectors/kinesis/index.ts'
import type { SourceContext } from '../../src/contract/source.ts'
import { type Figure, median } from './figure.ts'
import { forkKinesis } from './fork-kinesis.ts'
import { filled, type Protocol } from './kinesis-stream.ts'

const records = 200_000
const sizesBytes = [90, 200]
const protocols: readonly Protocol[] = ['lean', 'lean-json', 'sdk']
const rounds = 3

/** The readers of the source, shard after shard, in each protocol by turns. */
export async function benchKinesisSource(): Promise<Figure[]> {
  const { endpoint, stop } = await forkKinesis()
  const costs = new Map<string, number[]>()
  try {
    for (const dataBytes of sizesBytes) {
      await filled({ endpoint, stream: `read-${dataBytes}`, shards: 4, records, dataBytes })
    }
    for (let round = -1; round < rounds; round++) {
      for (const dataBytes of sizesBytes) {
        for (const protocol of protocols) {
          const name = `the source, ${dataBytes} bytes, ${protocol}`
          const { cpuMicrosPerRecord } = await measured(name, () =>
            read(endpoint, `read-${dataBytes}`, protocol),
          )
          if (round >= 0) costs.set(name, [...(costs.get(name) ?? []), cpuMicrosPerRecord])
        }
      }
    }
  } finally {
    await stop()
  }
  return [...costs].map(([name, all]) => {
    const bySdk = costs.get(name.replace(/[\w-]+$/, 'sdk'))!
    const ratio = median(all.map((cost, round) => bySdk[round]! / cost))
    return { name, cpuMicrosPerRecord: median(all), ratio }
  })
}

/** Reads all there is of a stream, and looks at the bytes; how many records. */
export async function read(endpoint: string, stream: string, protocol: Protocol): Promise<number> {
  const context: SourceContext = {
    name: stream,
    clock: systemClock,
    random: () => 0.5,
    log: { info: () => {}, warn: () => {} },
    overrides: {},
    signal: new AbortController().signal,
    count: () => {},
  }
  const decode = (data: Uint8Array) => data.length
  const source = kinesisSource({ stream, endpoint, protocol, startAt: 'trim-horizon', decode })
  const enumerator = await source.open(context, undefined)
  await enumerator.discover()
  let count = 0
  for (const split of enumerator.takeReadable()) {
    const reader = enumerator.read(split, undefined)
    for (;;) {
      const { values, behindMs } = await reader.fetch()
      count += values.length
      if (behindMs === 0) break
    }
  }
  await enumerator.close()
  return count
}

/** The CPU time of this process while it works. */
export async function measured(name: string, work: () => Promise<number>): Promise<Figure> {
  const before = process.cpuUsage()
  const count = await work()
  const { user, system } = process.cpuUsage(before)
  return { name, cpuMicrosPerRecord: (user + system) / count }
}
