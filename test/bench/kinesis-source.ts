import {
  DescribeStreamConsumerCommand,
  KinesisClient,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { systemClock } from 'millrace'
import {
  createStream,
  kinesisSource,
  putRecords,
  type Read,
  type RecordToPut,
} from '../../connectors/kinesis/index.ts'
import type { SourceContext } from '../../src/contract/source.ts'
import type { Figure } from './figure.ts'
import { forkKinesis } from './fork-kinesis.ts'

const records = 200_000
const sizesBytes = [90, 200]
const protocols = ['lean', 'sdk'] as const
const clock = systemClock
const random = () => 0.5

/** Puts records and reads them back as bytes, through the lean protocol and through the SDK's own. */
export async function benchKinesisSource(): Promise<Figure[]> {
  const { endpoint, stop } = await forkKinesis()
  try {
    let figures: Figure[] = []
    // The first round warms up, for the protocols share much of their code.
    for (const round of ['warm-up', 'measured']) {
      figures = []
      for (const protocol of protocols) {
        for (const size of sizesBytes) figures.push(...(await benchStream(endpoint, round, protocol, size)))
      }
    }
    return figures
  } finally {
    await stop()
  }
}

type Protocol = (typeof protocols)[number]

async function benchStream(
  endpoint: string,
  round: string,
  protocol: Protocol,
  size: number,
): Promise<Figure[]> {
  const stream = `bench-${round}-${protocol}-${size}`
  await createStream({ stream, endpoint, shards: 4, clock, random })
  const name = `${size} bytes, ${protocol}`
  return [
    await measured(`PutRecords, ${name}`, () => put(endpoint, stream, protocol, size, records)),
    await measured(`GetRecords, ${name}`, () => read(endpoint, stream, protocol)),
    await benchFanOut(endpoint, stream, protocol, name),
  ]
}

/** The consumer is there before, so that nothing is polled. */
async function benchFanOut(
  endpoint: string,
  stream: string,
  protocol: Protocol,
  name: string,
): Promise<Figure> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const requestHandler = new NodeHttpHandler()
  const client = new KinesisClient({ endpoint, region: 'us-east-1', credentials, requestHandler })
  const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`
  const consumer = { StreamARN, ConsumerName: `millrace-job-${stream}` }
  await client.send(new RegisterStreamConsumerCommand(consumer))
  const status = async () =>
    (await client.send(new DescribeStreamConsumerCommand(consumer))).ConsumerDescription?.ConsumerStatus
  while ((await status()) !== 'ACTIVE') await clock.sleep(100)
  return measured(`SubscribeToShard, ${name}`, () => read(endpoint, stream, protocol, 'fan-out'))
}

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

/** Reads all there is of a stream, as bytes; how many records. */
export async function read(
  endpoint: string,
  stream: string,
  protocol: Protocol,
  how: Read = 'polling',
): Promise<number> {
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
    read: how,
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

/** The CPU time of this process while it works. */
export async function measured(name: string, work: () => Promise<number>): Promise<Figure> {
  const before = process.cpuUsage()
  const count = await work()
  const { user, system } = process.cpuUsage(before)
  return { name, cpuMicrosPerRecord: (user + system) / count }
}
