// A step that takes one record, and is to take as many as it can.
import { pattern } from 'millrace/operators'
import type { Order } from '../orders.ts'

// ↓ Property 'greedy' does not exist on type
export default pattern<Order>().begin('first').greedy()
