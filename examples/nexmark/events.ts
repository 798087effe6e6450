import type { Stream } from 'millrace'
import { flatMap } from 'millrace/operators'

/** Someone who sells or bids. Times are in milliseconds since 1970, prices in cents. */
export interface Person {
  readonly id: number
  readonly name: string
  readonly emailAddress: string
  readonly creditCard: string
  readonly city: string
  readonly state: string
  readonly dateTime: number
  readonly extra: string
}

/** Something for sale, until it expires. */
export interface Auction {
  readonly id: number
  readonly itemName: string
  readonly description: string
  readonly initialBid: number
  readonly reserve: number
  readonly dateTime: number
  readonly expires: number
  readonly seller: number
  readonly category: number
  readonly extra: string
}

/** An offer of a price for an auction. */
export interface Bid {
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly dateTime: number
  readonly extra: string
}

/** One of the three, as it stands in a line of JSON. */
export type AnyOfThree =
  | { readonly event_type: 0; readonly person: Person }
  | { readonly event_type: 1; readonly auction: Auction }
  | { readonly event_type: 2; readonly bid: Bid }

/** An event of the stream. Events of one time are told apart by their number. */
export type NexmarkEvent = AnyOfThree & { readonly eid: number }

/** A bid with the number of its event, for queries to which the order of bids of one time matters. */
export type NumberedBid = Bid & { readonly eid: number }

/** The event time of an event. */
export function timeOf(event: NexmarkEvent): number {
  if (event.event_type === 0) return event.person.dateTime
  return event.event_type === 1 ? event.auction.dateTime : event.bid.dateTime
}

export const persons = (events: Stream<NexmarkEvent>) =>
  events.pipe(flatMap((event) => (event.event_type === 0 ? [event.person] : [])))

export const auctions = (events: Stream<NexmarkEvent>) =>
  events.pipe(flatMap((event) => (event.event_type === 1 ? [event.auction] : [])))

export const bids = (events: Stream<NexmarkEvent>) =>
  events.pipe(flatMap((event) => (event.event_type === 2 ? [event.bid] : [])))

export const numberedBids = (events: Stream<NexmarkEvent>) =>
  events.pipe(
    flatMap((event): NumberedBid[] => (event.event_type === 2 ? [{ ...event.bid, eid: event.eid }] : [])),
  )
