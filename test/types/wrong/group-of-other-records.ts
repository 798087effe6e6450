// A group is of the records of the pattern.
import { pattern } from 'millrace/operators'

interface Bid {
  readonly price: number
}

const heat = pattern<{ degrees: number }>().begin('hot', ({ degrees }) => degrees > 90)

export const bids = pattern<Bid>()
  .begin('bid')
  // ↓ No overload matches this call
  .next(heat)
