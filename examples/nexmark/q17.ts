import type { Stream } from 'millrace'
import { average, keyBy, mapped, max, min, runningAggregate, sum } from 'millrace/operators'
import { changedRows } from './changed-rows.ts'
import { dayOf } from './days.ts'
import { type Bid, bids, type NexmarkEvent } from './events.ts'
import { bidsByPrice } from './prices.ts'

const priceOf = (bid: Bid) => bid.price

/** What was bid for each auction each day? A changelog. */
export const q17 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    keyBy((bid) => `${dayOf(bid.dateTime)} ${bid.auction}`),
    runningAggregate('prices', {
      ...bidsByPrice,
      min_price: min(priceOf),
      max_price: max(priceOf),
      avg_price: mapped(average(priceOf), Math.trunc),
      sum_price: sum(priceOf),
    }),
    changedRows(({ key, ...figures }) => ({
      auction: Number(key.slice(11)),
      day: key.slice(0, 10),
      ...figures,
    })),
  )
