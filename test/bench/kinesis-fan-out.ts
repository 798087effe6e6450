import { succeed } from '../connectors/kinesis-local/raw-call.ts'
import type { Figure } from './figure.ts'
import { type ForkedKinesis, forkKinesis } from './fork-kinesis.ts'

const StreamARN = 'arn:aws:kinesis:us-east-1:000000000000:stream/bench'
const shards = 4
const recordsPerPut = 500
const puts = 400
const caughtUp = '{"MillisBehindLatest":0,'

/** A backlog of records of 200 bytes, pushed over HTTP/1.1 by a server that keeps them in memory. */
export async function benchKinesisFanOut(): Promise<Figure[]> {
  const server = await forkKinesis()
  try {
    await succeed(server.endpoint, 'CreateStream', { StreamName: 'bench', ShardCount: shards })
    const warmUp = await activeConsumer(server, 'warm-up')
    const measured = await activeConsumer(server, 'measured')
    for (let call = 0; call < puts; call++) await succeed(server.endpoint, 'PutRecords', putInput(call))
    await pushAll(server, warmUp)
    const before = await server.cpuMicros()
    await pushAll(server, measured)
    const micros = (await server.cpuMicros()) - before
    const name = 'kinesis-local SubscribeToShard in memory'
    return [{ name, cpuMicrosPerRecord: micros / (puts * recordsPerPut) }]
  } finally {
    await server.stop()
  }
}

async function activeConsumer({ endpoint }: ForkedKinesis, ConsumerName: string): Promise<string> {
  await succeed(endpoint, 'RegisterStreamConsumer', { StreamARN, ConsumerName })
  for (;;) {
    const { ConsumerDescription } = await succeed<{
      ConsumerDescription: { ConsumerARN: string; ConsumerStatus: string }
    }>(endpoint, 'DescribeStreamConsumer', { StreamARN, ConsumerName })
    if (ConsumerDescription.ConsumerStatus === 'ACTIVE') return ConsumerDescription.ConsumerARN
  }
}

/** Pushes every shard from its beginning until the consumer has caught up with it. */
async function pushAll(server: ForkedKinesis, consumer: string): Promise<void> {
  await Promise.all(Array.from({ length: shards }, (_, shard) => pushShard(server, consumer, shard)))
}

async function pushShard({ endpoint }: ForkedKinesis, ConsumerARN: string, shard: number): Promise<void> {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Kinesis_20131202.SubscribeToShard',
      authorization: 'none',
    },
    body: JSON.stringify({
      ConsumerARN,
      ShardId: `shardId-${String(shard).padStart(12, '0')}`,
      StartingPosition: { Type: 'TRIM_HORIZON' },
    }),
  })
  let tail = Buffer.alloc(0)
  for await (const chunk of answer.body!) {
    const seen = Buffer.concat([tail, chunk])
    if (seen.includes(caughtUp)) return
    tail = seen.subarray(-caughtUp.length)
  }
}

function putInput(call: number): object {
  const Records = Array.from({ length: recordsPerPut }, (_, index) => ({
    Data: Buffer.alloc(200, `record ${call} ${index} `).toString('base64'),
    PartitionKey: `customer-${(call * recordsPerPut + index) % 5000}`,
  }))
  return { StreamName: 'bench', Records }
}
