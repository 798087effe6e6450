import { hash } from 'node:crypto'
import { expect, test } from 'vitest'
import { allHashKeys } from '../../../../connectors/kinesis/hash-range.ts'
import { openAggregate } from '../../../../connectors/kinesis/kpl/aggregated-record.ts'
import { opening } from '../../../../connectors/kinesis/kpl/aggregation.ts'
import { UnreadRecords } from '../../../../connectors/kinesis/unread-records.ts'
import { aggregated } from './encoder.ts'

/** `MUTATIONS=100000000 npx vitest run mutations` looks longer. */
const mutations = Number(process.env['MUTATIONS'] ?? 1_000_000)
const perPage = 100

/** Numbers that look random and are the same every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

const roll = dice(1)
const interesting = [0x00, 0x01, 0x07, 0x0a, 0x12, 0x1a, 0x0b, 0x0c, 0x7f, 0x80, 0xff]
const seeds = [
  aggregated([
    { partitionKey: 'a', data: Buffer.from('x') },
    { partitionKey: 'b', data: Buffer.from('yz') },
  ]),
  aggregated(
    [{ partitionKey: 'a', explicitHashKey: '5', data: Buffer.alloc(3), tags: [{ key: 'k', value: 'v' }] }],
    {
      unknown: Buffer.from('4b284c', 'hex'),
    },
  ),
  aggregated(Array(9).fill({ partitionKey: 'key', data: Buffer.alloc(1) }), {
    dedupe: false,
    tablesLast: true,
  }),
]

/** Changes one to three places of an aggregate and, mostly, makes the checksum right again. */
function mutated(): Buffer {
  const seed = seeds[roll(seeds.length)]!
  const data = Buffer.from(roll(8) === 0 ? seed.subarray(0, 21 + roll(seed.length - 20)) : seed)
  const content = data.length - 20
  for (let changes = 1 + roll(3); changes > 0; changes--) {
    const at = 4 + roll(content)
    const kind = roll(3)
    if (kind === 0) data[at] = interesting[roll(interesting.length)]!
    else if (kind === 1) data[at]! ^= 1 << roll(8)
    else data.copyWithin(at, 4 + roll(content), data.length - 16)
  }
  if (roll(16) > 0) data.write(hash('md5', data.subarray(4, -16), 'hex'), data.length - 16, 'hex')
  return data
}

test(`${mutations} mutated aggregates neither throw nor take anything from the records around them`, () => {
  const unpacking = {
    decode: ({ data }: { readonly data: Uint8Array }) => data,
    source: 'orders',
    split: 'shard',
    open: opening({
      aggregation: 'kpl',
      range: () => ({ start: '0', end: allHashKeys.end }),
      begun: undefined,
      onStray: () => expect.unreachable(),
    }),
    portion: 10_000,
    // Reads ids from the mutated bytes as well.
    identified: true,
  }
  const plain = Buffer.from('a plain record')
  let opened = 0
  for (let done = 0; done < mutations; done += perPage) {
    const pages: Buffer[] = []
    for (let i = 0; i < perPage; i++) pages.push(plain, mutated())
    const records = pages.map((data, i) => ({
      sequenceNumber: String(i),
      arrivalTime: 0,
      partitionKey: undefined,
      data,
    }))
    const { records: taken, after, more } = new UnreadRecords(records, 0, 0, unpacking).take()
    let next = 0
    for (const data of pages) {
      const aggregate = data === plain ? undefined : openAggregate(data)
      if (aggregate === undefined) {
        // The very record, as it was stored.
        if (taken.values[next++] !== data)
          expect.unreachable(`after ${done} mutations: ${data.toString('hex')}`)
      } else {
        opened++
        next += aggregate.size
      }
    }
    if (next !== taken.values.length || more || after?.sequenceNumber !== String(2 * perPage - 1))
      expect.unreachable()
  }
  expect(opened).toBeGreaterThan(mutations / 20)
  expect(opened).toBeLessThan(mutations / 2)
}, 600_000)
