import { Agent, request } from 'node:http'
import { KinesisClient, ResourceInUseException } from '@aws-sdk/client-kinesis'
import { systemClock } from 'millrace'
import { leanClient } from '../../connectors/kinesis/client.ts'
import type { FanOutApi } from '../../connectors/kinesis/fan-out/fan-out-api.ts'
import { fanOutClient } from '../../connectors/kinesis/fan-out/fan-out-client.ts'
import { sdkFanOutApi } from '../../connectors/kinesis/fan-out/sdk-fan-out-api.ts'
import type { KinesisApi, StoredRecords } from '../../connectors/kinesis/kinesis-api.ts'
import { sdkKinesisApi } from '../../connectors/kinesis/sdk-kinesis-api.ts'
import { activeConsumer } from './active-consumer.ts'
import { type Figure, median } from './figure.ts'
import { forkKinesis } from './fork-kinesis.ts'
import { filled, type Protocol } from './kinesis-stream.ts'
import { costOf, type PageReading } from './pages.ts'

const stream = 'fetched'
const shards = 4
const records = 200_000
const dataBytes = 200
const rounds = 7
const warmUpRounds = 1

/** From the socket to the bytes that the decoder is given. All ways take turns, so that each has the same machine. */
export async function benchKinesisFetch(): Promise<Figure[]> {
  const { endpoint, stop } = await forkKinesis()
  const floor = new Floor(endpoint)
  try {
    await filled({ endpoint, stream, shards, records, dataBytes })
    const consumers = [
      await activeConsumer(endpoint, stream, 'lean'),
      await activeConsumer(endpoint, stream, 'sdk'),
    ]
    const readings = [...pollings(endpoint), ...subscriptions(endpoint, consumers)]
    const costs = new Map(readings.map(({ name }): [string, number[]] => [name, []]))
    const floors: number[] = []
    for (let round = -warmUpRounds; round < rounds; round++) {
      await floor.learn()
      const atFloor = await floor.cost()
      if (round >= 0) floors.push(atFloor)
      for (const reading of readings) {
        const cost = await costOf(reading)
        if (cost.records !== records) throw new Error(`${reading.name}: ${cost.records} records came`)
        if (round >= 0) costs.get(reading.name)!.push(cost.cpuMicrosPerRecord)
      }
    }
    return [
      {
        name: 'the floor: node:http receives the bodies and drops them',
        cpuMicrosPerRecord: median(floors),
        ratio: 1,
      },
      ...readings.map(({ name }) => ({
        name,
        cpuMicrosPerRecord: median(costs.get(name)!),
        ratio: median(costs.get(name)!.map((cost, round) => floors[round]! / cost)),
      })),
    ]
  } finally {
    floor.close()
    await stop()
  }
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

function pollings(endpoint: string): PageReading[] {
  const lean = (protocol: Protocol) =>
    leanClient({ region: 'us-east-1', endpoint, loopback: true, credentials }, protocol)
  return [
    polling('GetRecords, lean: CBOR', () => lean('lean')),
    polling('GetRecords, lean: JSON', () => lean('lean-json')),
    polling("GetRecords, the SDK's JSON over HTTP/1.1, without its logging", () => lean('sdk')),
    polling(
      'GetRecords, the SDK as it comes',
      () => new KinesisClient({ region: 'us-east-1', endpoint, credentials }),
    ),
  ]
}

/** Subscriptions by clients of their own, over HTTP/2, as the source makes them. */
function subscriptions(endpoint: string, [one, other]: readonly string[]): PageReading[] {
  const connect = (protocol: Protocol) =>
    fanOutClient({ region: 'us-east-1', endpoint, protocol }, stream, systemClock)
  return [
    subscribing('SubscribeToShard, lean', one!, () => connect('lean')),
    subscribing("SubscribeToShard, the SDK's event stream", other!, () => connect('sdk')),
  ]
}

function subscribing(
  name: string,
  consumer: string,
  connect: () => { readonly client: KinesisClient; close(): void },
): PageReading {
  return {
    name,
    async *pages() {
      const { client, close } = connect()
      const api = sdkFanOutApi(client, client, close)
      try {
        for (const id of shardIds) yield* eventsOf(api, consumer, id)
      } finally {
        api.close()
      }
    },
  }
}

/** Up to the end of what there is. The same shard may be subscribed to again only five seconds later. */
async function* eventsOf(api: FanOutApi, consumer: string, shard: string): AsyncGenerator<StoredRecords> {
  const ending = new AbortController()
  const subscription = await subscribed(api, consumer, shard, ending.signal)
  for (;;) {
    const event = (await subscription.next())!
    yield event.records
    if (event.behindMs === 0) return ending.abort()
  }
}

async function subscribed(api: FanOutApi, consumer: string, shard: string, ended: AbortSignal) {
  for (;;) {
    try {
      return await api.subscribe(consumer, shard, { kind: 'trim-horizon' }, ended)
    } catch (error) {
      if (!(error instanceof ResourceInUseException)) throw error
      await systemClock.sleep(1000)
    }
  }
}

/** Reads with a new client each time. */
function polling(name: string, connect: () => KinesisClient): PageReading {
  return {
    name,
    async *pages() {
      const client = connect()
      try {
        for (const id of shardIds)
          yield* pagesOf(
            sdkKinesisApi(client, stream, () => {}),
            id,
          )
      } finally {
        client.destroy()
      }
    },
  }
}

const { signal } = new AbortController()
const shardIds = Array.from({ length: shards }, (_, i) => `shardId-${String(i).padStart(12, '0')}`)

async function* pagesOf(api: KinesisApi, shard: string): AsyncGenerator<StoredRecords> {
  let iterator = await api.shardIterator(shard, { kind: 'trim-horizon' }, signal)
  for (;;) {
    const page = await api.records(iterator, signal)
    yield page.records
    if (page.behindMs === 0) return
    iterator = page.nextIterator!
  }
}

/** The least that is a client of GetRecords: it knows its iterators beforehand and drops what it gets. */
class Floor {
  readonly #endpoint: string
  readonly #agent = new Agent({ keepAlive: true })
  #iterators: string[] = []

  constructor(endpoint: string) {
    this.#endpoint = endpoint
  }

  /** Iterators live for five minutes. */
  async learn(): Promise<void> {
    const iterators: string[] = []
    const client = leanClient({ region: 'us-east-1', endpoint: this.#endpoint, loopback: true, credentials })
    const api = sdkKinesisApi(client, stream, () => {})
    const noting: KinesisApi = {
      ...api,
      records: (iterator, ended) => {
        iterators.push(iterator)
        return api.records(iterator, ended)
      },
    }
    for (const id of shardIds) for await (const _page of pagesOf(noting, id));
    client.destroy()
    this.#iterators = iterators
  }

  async cost(): Promise<number> {
    const before = process.cpuUsage()
    for (const iterator of this.#iterators) await this.#receive(iterator)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / records
  }

  close(): void {
    this.#agent.destroy()
  }

  #receive(iterator: string): Promise<void> {
    // A map of one member, and texts of 13 and of less than 65,536 bytes.
    const length = Buffer.of(0x79, iterator.length >> 8, iterator.length & 255)
    const body = Buffer.concat([
      Buffer.from('\xa1\x6dShardIterator', 'latin1'),
      length,
      Buffer.from(iterator),
    ])
    const headers = {
      'content-type': 'application/x-amz-cbor-1.1',
      'content-length': body.length,
      'x-amz-target': 'Kinesis_20131202.GetRecords',
      authorization: 'none',
    }
    return new Promise((resolve, reject) => {
      const sent = request(this.#endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
        response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error('refused'))))
        response.resume()
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }
}
