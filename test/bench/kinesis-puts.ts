import { type Figure, median } from './figure.ts'
import { forkKinesis } from './fork-kinesis.ts'
import { made, type Protocol, put } from './kinesis-stream.ts'

const records = 50_000
const dataBytes = 200
const rounds = 5

/** What a put costs its client, in each protocol by turns. */
export async function benchKinesisPuts(): Promise<Figure[]> {
  const { endpoint, stop } = await forkKinesis()
  const protocols: readonly Protocol[] = ['lean', 'lean-json', 'sdk']
  const costs = new Map(protocols.map((protocol): [Protocol, number[]] => [protocol, []]))
  try {
    for (let round = -1; round < rounds; round++) {
      for (const protocol of protocols) {
        const stream = `put-${round}-${protocol}`
        await made({ endpoint, stream, shards: 4 })
        const before = process.cpuUsage()
        await put({ endpoint, stream, records, dataBytes }, protocol)
        const { user, system } = process.cpuUsage(before)
        if (round >= 0) costs.get(protocol)!.push((user + system) / records)
      }
    }
  } finally {
    await stop()
  }
  return protocols.map((protocol) => ({
    name: `PutRecords, ${dataBytes} bytes, ${names[protocol]}`,
    cpuMicrosPerRecord: median(costs.get(protocol)!),
    ratio: median(costs.get(protocol)!.map((cost, round) => costs.get('sdk')![round]! / cost)),
  }))
}

const names = { lean: 'lean: CBOR', 'lean-json': 'lean: JSON', sdk: "the SDK's JSON" } as const
