import type { Stream } from 'millrace'
import { filter, map } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'
import { converted } from './prices.ts'

function timeOfDay(time: number): string {
  const hour = new Date(time).getUTCHours()
  if (hour >= 8 && hour <= 18) return 'dayTime'
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime'
}

/** At what time of day do bids of middling prices come, and how often is there a "c" in what is said of them? */
export const q14 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    filter(({ price }) => price * 908 > 1_000_000_000 && price * 908 < 50_000_000_000),
    map(({ auction, bidder, price, dateTime, extra }) => ({
      auction,
      bidder,
      price: converted(price),
      bidTimeType: timeOfDay(dateTime),
      dateTime,
      extra,
      c_counts: extra.split('c').length - 1,
    })),
  )
