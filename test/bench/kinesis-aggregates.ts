import { createHash } from 'node:crypto'
import { systemClock } from 'millrace'
import { createStream, putRecords, type RecordToPut } from '../../connectors/kinesis/index.ts'
import { aggregated, type UserRecord } from '../connectors/kinesis/kpl/encoder.ts'
import type { Figure } from './figure.ts'
import { forkKinesis } from './fork-kinesis.ts'
import { measured, read } from './kinesis-source.ts'

const records = 400_000
const sizesBytes = [90, 200]
const shards = 4
/** As large as the producer library makes them by default. */
const aggregateBytes = 51_200

/** Reads the same user records plain and aggregated, with a thousand keys, and with a key of its own for each. */
export async function benchKinesisAggregates(): Promise<Figure[]> {
  const { endpoint, stop } = await forkKinesis()
  try {
    let figures: Figure[] = []
    for (const round of ['warm-up', 'measured']) {
      figures = []
      for (const size of sizesBytes) {
        for (const [name, make] of [
          ['plain', () => userRecords(size, 1000)],
          ['aggregated', () => aggregates(userRecords(size, 1000), size)],
          ['aggregated, all keys different', () => aggregates(userRecords(size, records), size)],
        ] as const) {
          const stream = `${round}-${size}-${name.replaceAll(/\W+/g, '-')}`
          const options = { stream, endpoint, clock: systemClock, random: () => 0.5 }
          await createStream({ ...options, shards })
          await putRecords(make(), options)
          figures.push(
            await measured(`GetRecords, ${size} bytes, ${name}`, () => read(endpoint, stream, 'lean')),
          )
        }
      }
    }
    return figures
  } finally {
    await stop()
  }
}

function userRecords(size: number, keys: number): UserRecord[] {
  return Array.from({ length: records }, (_, i) => ({
    partitionKey: `customer-${i % keys}`,
    data: Buffer.alloc(size, `record ${i} `),
  }))
}

/** What the producer library makes of them: aggregates of records that go to the same shard. */
function* aggregates(all: readonly UserRecord[], size: number): Generator<RecordToPut> {
  const perAggregate = Math.floor(aggregateBytes / size)
  const byShard = Array.from({ length: shards }, (): UserRecord[] => [])
  for (const record of all) byShard[shardOf(record.partitionKey)]!.push(record)
  for (const ofShard of byShard) {
    for (let i = 0; i < ofShard.length; i += perAggregate) {
      const data = aggregated(ofShard.slice(i, i + perAggregate))
      yield { data, partitionKey: ofShard[i]!.partitionKey }
    }
  }
}

function shardOf(partitionKey: string): number {
  return createHash('md5').update(partitionKey).digest()[0]! >> 6
}
