// A skip to a step that the pattern does not have.
import { matchPattern, pattern } from 'millrace/operators'
import type { Order } from '../orders.ts'

const pair = pattern<Order>().begin('first').next('second')

// ↓ Type '"third"' is not assignable to type '"first" | "second"'
export default matchPattern('pairs', pair, { skip: { toLast: 'third' } })
