import { countDistinct, filtered } from 'millrace/operators'
import type { Bid } from './events.ts'
import { bidsByPrice, cheap, dear, middling } from './prices.ts'

const bidders = countDistinct((bid: Bid) => bid.bidder)
const auctions = countDistinct((bid: Bid) => bid.auction)

/** Bids, different bidders and different auctions, altogether and in each band of prices. */
export const audience = {
  ...bidsByPrice,
  total_bidders: bidders,
  rank1_bidders: filtered(bidders, cheap),
  rank2_bidders: filtered(bidders, middling),
  rank3_bidders: filtered(bidders, dear),
  total_auctions: auctions,
  rank1_auctions: filtered(auctions, cheap),
  rank2_auctions: filtered(auctions, middling),
  rank3_auctions: filtered(auctions, dear),
}
