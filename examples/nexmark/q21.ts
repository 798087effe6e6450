import type { Stream } from 'millrace'
import { flatMap } from 'millrace/operators'
import { bids, type NexmarkEvent } from './events.ts'

const fixed: Readonly<Record<string, string>> = { apple: '0', google: '1', facebook: '2', baidu: '3' }

const idOf = (channel: string, url: string) =>
  fixed[channel.toLowerCase()] ?? /(?:&|^)channel_id=([^&]*)/.exec(url)?.[1]

/** By which channel did each bid come, by its number? Bids of channels without one are left out. */
export const q21 = (events: Stream<NexmarkEvent>) =>
  bids(events).pipe(
    flatMap(({ auction, bidder, price, channel, url }) => {
      const channel_id = idOf(channel, url)
      return channel_id === undefined ? [] : [{ auction, bidder, price, channel, channel_id }]
    }),
  )
