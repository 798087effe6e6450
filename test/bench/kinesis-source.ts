import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { systemClock } from 'millrace'
import { createStream, kinesisSource, putRecords, type RecordToPut } from '../../connectors/kinesis/index.ts'
import type { SourceContext } from '../../src/contract/source.ts'

/** What a record costs the client, in CPU time of its process alone. The server runs in another. */
export interface KinesisSourceFigure {
  readonly name: string
  readonly cpuMicrosPerRecord: number
  readonly recordsPerCpuSecond: number
}

const records = 300_000
const sizesBytes = [90, 200]
const protocols = ['lean', 'sdk'] as const
const clock = systemClock
const random = () => 0.5

/** Puts records and reads them back as bytes, through the lean protocol and through the SDK's own. */
export async function benchKinesisSource(): Promise<KinesisSourceFigure[]> {
  const server = fork(fileURLToPath(new URL('kinesis-local-server.ts', import.meta.url)), [], {
    execArgv: ['--import', 'tsx'],
  })
  const [endpoint] = (await once(server, 'message')) as [string]
  try {
    const figures: KinesisSourceFigure[] = []
    for (const protocol of protocols) {
      for (const size of sizesBytes) {
        const stream = `bench-${protocol}-${size}`
        await createStream({ stream, endpoint, shards: 4, clock, random })
        await put(endpoint, stream, protocol, size, 20_000)
        figures.push(
          await measured(`PutRecords, ${size} bytes, ${protocol}`, () =>
            put(endpoint, stream, protocol, size, records),
          ),
        )
        await read(endpoint, stream, protocol)
        figures.push(
          await measured(`GetRecords, ${size} bytes, ${protocol}`, () => read(endpoint, stream, protocol)),
        )
      }
    }
    return figures
  } finally {
    server.disconnect()
    await once(server, 'exit')
  }
}

type Protocol = (typeof protocols)[number]

async function put(
  endpoint: string,
  stream: string,
  protocol: Protocol,
  size: number,
  count: number,
): Promise<number> {
  const templates = Array.from({ length: 1000 }, (_, i) => ({
    data: Buffer.alloc(size, `record ${i} `),
    partitionKey: `customer-${i}`,
  }))
  function* source(): Generator<RecordToPut> {
    for (let i = 0; i < count; i++) yield templates[i % templates.length]!
  }
  return (await putRecords(source(), { stream, endpoint, protocol, clock, random })).records
}

async function read(endpoint: string, stream: string, protocol: Protocol): Promise<number> {
  const context: SourceContext = {
    name: stream,
    clock,
    random,
    log: { info: () => {}, warn: () => {} },
    overrides: {},
    signal: new AbortController().signal,
    count: () => {},
  }
  const source = kinesisSource({
    stream,
    endpoint,
    protocol,
    startAt: 'trim-horizon',
    decode: (data) => data,
  })
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

async function measured(name: string, work: () => Promise<number>): Promise<KinesisSourceFigure> {
  const before = process.cpuUsage()
  const count = await work()
  const { user, system } = process.cpuUsage(before)
  const cpuMicrosPerRecord = (user + system) / count
  return { name, cpuMicrosPerRecord, recordsPerCpuSecond: 1e6 / cpuMicrosPerRecord }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await benchKinesisSource())
