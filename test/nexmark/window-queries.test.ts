import { createHash } from 'node:crypto'
import { job, run, type Stream } from 'millrace'
import {
  aggregate,
  apply,
  count,
  eventTime,
  flatMap,
  keyBy,
  map,
  session,
  sinkTo,
  sliding,
  tumbling,
  window,
  windowAll,
} from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { NexmarkGenerator } from '../bench/nexmark/generator.ts'
import type { Bid, NexmarkEvent } from '../bench/nexmark/model.ts'
import { deliveryOrder, presets } from '../bench/nexmark/preset.ts'

type Cell = number | string

/** The answers for the first 100,000 events of preset `std`, by an SQL engine: rows and digest. */
const answers = {
  q5: [56, '6ebb0605896e191ae609a9e0429f01a3f94f1f88f91865c8476c3408a91ca3a0'],
  q5w: [56, '63f1cf352b0b044f8b476d124365d40328104f8679ace14143b90601e6c8a2c3'],
  q5all: [34_066, '9a22600f9055dab623f07a9ac33eae82efa48fa5e4b2c18719c42d2bca5eea81'],
  q7: [13, 'da10b63ca25ef08599be87afb3d86fb9dee3ee1cb2748789f545a456c6c3019d'],
  q7w: [13, 'd42293c14fd475fe1ef7f7fb533e01079b45d819133961089ba544a661b288cb'],
  q8: [286, 'c1a973717dd2e3d482e5c6e38b47d51747cfda22a580ddaae6c874e437a16370'],
  q11: [2880, '59d9a39d6275a4a3bd866caf5228fd55dd1ec2183c6bff23b8428808219e4699'],
  q12e: [7773, '7a301c96af4fadbb07b36e962106f981c9c8ad8ae93a3d4aac493164077f1e13'],
} as const

const bids = (events: Stream<NexmarkEvent>): Stream<Bid> =>
  events.pipe(flatMap((event) => (event.event_type === 2 ? [event.bid] : [])))

/** All rows with the greatest number: ties stay. */
function greatest<T>(rows: readonly T[], of: (row: T) => number): readonly T[] {
  const most = rows.reduce((most, row) => Math.max(most, of(row)), Number.NEGATIVE_INFINITY)
  return rows.filter((row) => of(row) === most)
}

const bidsPerAuction = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => bid.auction),
    window(sliding('10s', '2s')),
    aggregate('bids-per-auction', { num: count() }),
  )

const hotAuctions = (events: Stream<NexmarkEvent>) =>
  bidsPerAuction(events).pipe(
    // The results of each sliding window come at its last instant: one window every two seconds.
    windowAll(tumbling('2s')),
    apply('hottest', (_all, _window, counts) => greatest(counts, ({ num }) => num)),
  )

const highestBids = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    windowAll(tumbling('10s')),
    apply('highest', (_all, { start, end }, bids) =>
      greatest(bids, ({ price }) => price).map((bid) => ({ ...bid, start, end })),
    ),
  )

const queries: Record<keyof typeof answers, (events: Stream<NexmarkEvent>) => Stream<readonly Cell[]>> = {
  q5: (events) => hotAuctions(events).pipe(map(({ key, num }) => [key, num])),
  q5w: (events) =>
    hotAuctions(events).pipe(map(({ key, num, window }) => [key, num, window.start, window.end])),
  q5all: (events) =>
    bidsPerAuction(events).pipe(map(({ key, num, window }) => [key, num, window.start, window.end])),
  q7: (events) =>
    highestBids(events).pipe(
      map(({ auction, bidder, price, dateTime, extra }) => [auction, bidder, price, dateTime, extra]),
    ),
  q7w: (events) =>
    highestBids(events).pipe(
      map((bid) => [bid.auction, bid.bidder, bid.price, bid.dateTime, bid.extra, bid.start, bid.end]),
    ),
  q8: (events) =>
    events.pipe(
      flatMap((event) => (event.event_type === 2 ? [] : [event])),
      keyBy((event) => (event.event_type === 0 ? event.person.id : event.auction.seller)),
      window(tumbling('10s')),
      apply('new-sellers', function* (id, { start }, events) {
        const sells = events.some((event) => event.event_type === 1)
        for (const event of events) if (sells && event.event_type === 0) yield [id, event.person.name, start]
      }),
    ),
  q11: (events) =>
    bids(events).pipe(
      keyBy((bid) => bid.bidder),
      window(session('10s')),
      aggregate('bids', { num: count() }),
      map(({ key, num, window }) => [key, num, window.start, window.end]),
    ),
  q12e: (events) =>
    bids(events).pipe(
      keyBy((bid) => bid.bidder),
      window(tumbling('10s')),
      aggregate('bids', { num: count() }),
      map(({ key, num, window }) => [key, num, window.start, window.end]),
    ),
}

/** The digest of rows in any order: eight lanes of sums of their hashes. */
function digest(rows: readonly (readonly Cell[])[]): string {
  const lanes = new Uint32Array(8)
  for (const row of rows) {
    const hash = createHash('sha256')
      .update(JSON.stringify(row.map(String)))
      .digest()
    for (let lane = 0; lane < 8; lane += 1) lanes[lane]! += hash.readUInt32BE(4 * lane)
  }
  return [...lanes].map((lane) => lane.toString(16).padStart(8, '0')).join('')
}

function* events(): Generator<{ value: NexmarkEvent; arrivalTime: number }> {
  const generator = new NexmarkGenerator(presets.std)
  for (const number of deliveryOrder(100_000, presets.std.group)) {
    yield { value: generator.event(number), arrivalTime: generator.timeOf(number) }
  }
}

function timeOf(event: NexmarkEvent): number {
  if (event.event_type === 0) return event.person.dateTime
  return event.event_type === 1 ? event.auction.dateTime : event.bid.dateTime
}

describe('the windows of Nexmark', () => {
  const all = [...events()]
  const spread = Object.fromEntries(
    [0, 1, 2].map((split) => [`shard-${split}`, all.filter((_event, index) => index % 3 === split)]),
  )

  it.each(Object.keys(answers) as (keyof typeof answers)[])('%s gives the answer of SQL', async (query) => {
    const sink = collectSink<readonly Cell[]>()
    const described = job(query, ({ from }) => {
      const read = from('events', listSource(spread, { perFetch: 1000 }))
      return queries[query](read.pipe(eventTime(timeOf, { outOfOrder: '4s' }))).pipe(sinkTo('answer', sink))
    })
    await run(described, { checkpoints: memoryStore() })
    expect([sink.rows.length, digest(sink.rows)]).toEqual(answers[query])
  })
})
