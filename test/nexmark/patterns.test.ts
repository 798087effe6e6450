import { createHash } from 'node:crypto'
import { job, run } from 'millrace'
import { eventTime, keyBy, map, matchPattern, pattern, sinkTo } from 'millrace/operators'
import { collectSink, type ListRecord, listSource, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import { NexmarkGenerator } from '../bench/nexmark/generator.ts'
import type { Bid } from '../bench/nexmark/model.ts'
import { presets } from '../bench/nexmark/preset.ts'

/** A bid, with its place in the order of all events. */
type NumberedBid = Bid & { readonly number: number }

function bids(events: number): NumberedBid[] {
  const generator = new NexmarkGenerator(presets.std)
  return Array.from({ length: events }, (_, number) => ({ number, event: generator.event(number) })).flatMap(
    ({ number, event }) => (event.event_type === 2 ? [{ ...event.bid, number }] : []),
  )
}

/** The digest of rows that the project keeps for the answers of Nexmark: a sum of hashes, whatever the order. */
function digestOf(rows: readonly (readonly number[])[]): string {
  const lanes = new Uint32Array(8)
  for (const row of rows) {
    const hash = createHash('sha256')
      .update(JSON.stringify(row.map(String)))
      .digest()
    for (let lane = 0; lane < 8; lane += 1) lanes[lane]! += hash.readUInt32BE(4 * lane)
  }
  return [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
}

const priceTurns = pattern<NumberedBid>()
  .begin('start')
  .next('fall', (bid, { start, fall }) => bid.price < (fall.at(-1) ?? start).price)
  .oneOrMore()
  .greedy()
  .consecutive()
  .next('rise', (bid, { fall }) => bid.price > fall.at(-1)!.price)

/** Over two shards, each up to four seconds out of order. */
function outOfOrder(all: readonly NumberedBid[]) {
  const splits: Record<string, ListRecord<NumberedBid>[]> = { odd: [], even: [] }
  for (const value of all) {
    const arrivalTime = value.dateTime + ((value.number * 953) % 4000)
    splits[value.number % 2 === 1 ? 'odd' : 'even']!.push({ value, arrivalTime })
  }
  for (const records of Object.values(splits)) records.sort((a, b) => a.arrivalTime - b.arrivalTime)
  return splits
}

const rows = collectSink<number[]>()
const turns = job('turns', ({ from }) =>
  from('bids', listSource(outOfOrder(bids(100_000)), { perFetch: 5000 })).pipe(
    eventTime((bid) => bid.dateTime, { outOfOrder: '4s' }),
    keyBy((bid) => `${bid.auction} ${bid.bidder}`),
    matchPattern('turns', priceTurns, { skip: { toLast: 'rise' }, orderBy: (bid) => bid.number }),
    map(({ start, fall, rise }) => [
      start.auction,
      start.bidder,
      start.dateTime,
      fall.at(-1)!.dateTime,
      rise.dateTime,
    ]),
    sinkTo('rows', rows),
  ),
)

it('c0: prices of a bidder in an auction that fall and then rise', async () => {
  await run(turns, { checkpoints: memoryStore() })
  expect(rows.rows).toHaveLength(18_419)
  expect(digestOf(rows.rows)).toBe('5cf0de5de16ec4f5fb7e555279586e783c20a99235983fb6fb675cc3daaf0f3d')
})
