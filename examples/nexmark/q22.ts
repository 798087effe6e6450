import type { Stream } from 'millrace'
import { map } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

/** In which directories does the page lie from which each bid came? */
export const q22 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    map(({ auction, bidder, price, channel, url }) => {
      const [, , , dir1 = '', dir2 = '', dir3 = ''] = url.split('/', 6)
      return { auction, bidder, price, channel, dir1, dir2, dir3 }
    }),
  )
