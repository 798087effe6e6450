import type { Stream } from 'millrace'
import { coGroup, keyBy, tumbling } from 'millrace/operators'
import { auctions, type NexmarkEvent, persons } from './events.ts'

/** Who has opened an auction in the same ten seconds in which they registered? */
export const q8 = (events: Stream<NexmarkEvent>) => {
  const bySeller = auctions(events).pipe(keyBy((auction) => auction.seller))
  return persons(events).pipe(
    keyBy((person) => person.id),
    coGroup('new-sellers', bySeller, { window: tumbling('10s') }, ({ window, left, right }) =>
      right.length === 0 ? [] : left.map(({ id, name }) => ({ id, name, stime: window.start })),
    ),
  )
}
