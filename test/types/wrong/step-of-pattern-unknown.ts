// A condition that asks for a step which does not come before it.
import { pattern } from 'millrace/operators'
import type { Order } from '../orders.ts'

export default pattern<Order>()
  .begin('first')
  // ↓ Property 'frist' does not exist on type
  .next('second', (order, { frist }) => order.cents > frist)
