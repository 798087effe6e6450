import type { Stream } from 'millrace'
import { filter, join, keyBy } from 'millrace/operators'
import { auctions, type NexmarkEvent, persons } from './events.ts'

/** Who sells in category 10 from Oregon, Idaho or California? */
export const q3 = (events: Stream<NexmarkEvent>) => {
  const sellers = persons(events).pipe(
    filter(({ state }) => ['OR', 'ID', 'CA'].includes(state)),
    keyBy((person) => person.id),
  )
  return auctions(events).pipe(
    filter(({ category }) => category === 10),
    keyBy((auction) => auction.seller),
    join('sellers', sellers, {}, ({ id }, { name, city, state }) => ({ name, city, state, id })),
  )
}
