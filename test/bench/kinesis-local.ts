import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from './figure.ts'
import { type ForkedKinesis, forkKinesis } from './fork-kinesis.ts'
import { cbor, type Encoding, json } from './kinesis-encoding.ts'

const shards = 4
const recordsPerPut = 500
const puts = 1200
const warmUpPuts = 200
const dataSize = 200

/** Puts and gets over HTTP/1.1 with bodies made beforehand, to servers with records in memory and on disk. */
export async function benchKinesisLocal(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    const inMemory = [await benchServer(json, 'in memory'), await benchServer(cbor, 'in memory')]
    return [...inMemory.flat(), ...(await benchServer(json, 'on disk', folder))]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function benchServer(encoding: Encoding, where: string, folder?: string): Promise<Figure[]> {
  const server = await forkKinesis(folder)
  const client = new RawClient(server.endpoint, encoding)
  try {
    await client.call('CreateStream', { StreamName: 'bench', ShardCount: shards })
    const put = await benchPuts(server, client, `kinesis-local PutRecords ${encoding.name} ${where}`)
    const get = await benchGets(server, client, `kinesis-local GetRecords ${encoding.name} ${where}`)
    return [put, get]
  } finally {
    client.close()
    await server.stop()
  }
}

async function benchPuts(server: ForkedKinesis, client: RawClient, name: string): Promise<Figure> {
  const bodies = Array.from({ length: 20 }, (_, call) => putBody(client.encoding, call))
  const put = async (from: number, to: number) => {
    for (let call = from; call < to; call += 2) {
      await Promise.all([call, call + 1].map((n) => client.send('PutRecords', bodies[n % bodies.length]!)))
    }
  }
  await put(0, warmUpPuts)
  const before = await server.cpuMicros()
  await put(0, puts)
  return figure(name, (await server.cpuMicros()) - before, puts * recordsPerPut)
}

async function benchGets(server: ForkedKinesis, client: RawClient, name: string): Promise<Figure> {
  const readAll = async () => {
    let records = 0
    for (let shard = 0; shard < shards; shard++) records += await readShard(client, shard)
    if (records !== (warmUpPuts + puts) * recordsPerPut) throw new Error(`${records} records came back`)
    return records
  }
  await readAll()
  const before = await server.cpuMicros()
  const records = (await readAll()) + (await readAll())
  return figure(name, (await server.cpuMicros()) - before, records)
}

async function readShard(client: RawClient, shard: number): Promise<number> {
  const answer = await client.call('GetShardIterator', {
    StreamName: 'bench',
    ShardId: `shardId-${String(shard).padStart(12, '0')}`,
    ShardIteratorType: 'TRIM_HORIZON',
  })
  let { ShardIterator } = client.encoding.decode(answer)
  for (let records = 0; ; ) {
    const page = client.encoding.headOf(await client.call('GetRecords', { ShardIterator, Limit: 10_000 }))
    ShardIterator = page.iterator
    records += page.records
    if (!page.behind) return records
  }
}

function putBody(encoding: Encoding, call: number): Buffer {
  const Records = Array.from({ length: recordsPerPut }, (_, index) => ({
    Data: encoding.blob(Buffer.alloc(dataSize, `record ${call} ${index} `)),
    PartitionKey: `customer-${(call * recordsPerPut + index) % 5000}`,
  }))
  return encoding.encode({ StreamName: 'bench', Records })
}

function figure(name: string, micros: number, records: number): Figure {
  return { name, cpuMicrosPerRecord: micros / records }
}

/** The least that is a client: it does not sign and does not parse. */
class RawClient {
  readonly encoding: Encoding
  readonly #endpoint: string
  readonly #agent = new Agent({ keepAlive: true })

  constructor(endpoint: string, encoding: Encoding) {
    this.#endpoint = endpoint
    this.encoding = encoding
  }

  call(operation: string, input: object): Promise<Buffer> {
    return this.send(operation, this.encoding.encode(input))
  }

  send(operation: string, body: Buffer): Promise<Buffer> {
    const headers = {
      'content-type': this.encoding.contentType,
      'content-length': body.length,
      'x-amz-target': `Kinesis_20131202.${operation}`,
      authorization: 'none',
    }
    return new Promise((resolve, reject) => {
      const sent = request(this.#endpoint, { method: 'POST', agent: this.#agent, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const answer = Buffer.concat(chunks)
          if (response.statusCode === 200) resolve(answer)
          else reject(new Error(answer.toString()))
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
