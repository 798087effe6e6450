import type { Stream } from 'millrace'
import { connect, keyBy, listState, mapped, runningAggregate, topK, valueState } from 'millrace/operators'
import { changedRows } from './changed-rows.ts'
import { type Auction, auctions, type NexmarkEvent, type NumberedBid } from './events.ts'
import { type Offer, winningBids } from './winning-bids.ts'

const averageOf = (prices: readonly number[]) =>
  Math.trunc(prices.reduce((sum, price) => sum + price, 0) / prices.length)

const byTime = (a: NumberedBid, b: NumberedBid) => a.dateTime - b.dateTime || a.eid - b.eid

/**
 * What has each seller got on average for the last eleven auctions that were won, in the order of the winning bids? A
 * winning bid waits until no auction of the seller is open that one before it could still win.
 */
export const q6 = (events: Stream<NexmarkEvent>) => {
  const winners = winningBids(events).pipe(keyBy(({ auction }) => auction.seller))
  return auctions(events).pipe(
    keyBy((auction) => auction.seller),
    connect('prices', winners, {
      state: {
        open: listState<Pick<Auction, 'dateTime' | 'expires'>>(),
        waiting: listState<NumberedBid>(),
        prices: valueState<readonly number[]>([]),
      },
      onLeft({ dateTime, expires }, { state: { open }, timers }) {
        open.add({ dateTime, expires })
        timers.set(expires)
      },
      onRight({ bid }, { state: { waiting } }) {
        waiting.add(bid)
      },
      *onTimer(time, { key, state: { open, waiting, prices } }) {
        open.replace([...open].filter(({ expires }) => expires > time))
        const firstOpen = Math.min(...[...open].map(({ dateTime }) => dateTime))
        const bids = [...waiting].sort(byTime)
        waiting.replace(bids.filter(({ dateTime }) => dateTime >= firstOpen))
        for (const { price } of bids.filter(({ dateTime }) => dateTime < firstOpen)) {
          prices.value = [...prices.value, price].slice(-11)
          yield { seller: key, avg_price: averageOf(prices.value) }
        }
      },
    }),
  )
}

/** What has each seller got on average for the last ten auctions that ended with a bid? A changelog. */
export const q6last = (events: Stream<NexmarkEvent>) =>
  winningBids(events).pipe(
    keyBy(({ auction }) => auction.seller),
    runningAggregate('sellers', {
      avg_price: mapped(
        topK(10, ({ auction }: Offer) => [auction.expires, auction.id]),
        (last) => averageOf(last.map(({ bid }) => bid.price)),
      ),
    }),
    changedRows(({ key, avg_price }) => ({ seller: key, avg_price })),
  )
