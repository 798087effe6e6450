import { count, countIf } from 'millrace/operators'
import type { Bid } from './events.ts'

export const cheap = ({ price }: Bid) => price < 10_000
export const middling = ({ price }: Bid) => price >= 10_000 && price < 1_000_000
export const dear = ({ price }: Bid) => price >= 1_000_000

/** How many bids there are, and how many in each band of prices. */
export const bidsByPrice = {
  total_bids: count(),
  rank1_bids: countIf(cheap),
  rank2_bids: countIf(middling),
  rank3_bids: countIf(dear),
}

/** 0.908 of a price, exactly: as text with three decimals. */
export function converted(price: number): string {
  const thousandths = price * 908
  return `${Math.floor(thousandths / 1000)}.${String(thousandths % 1000).padStart(3, '0')}`
}
