// Two steps of a pattern that have the same name.
import { pattern } from 'millrace/operators'
import type { Order } from '../orders.ts'

// ↓ is not assignable to parameter of type '"another step is named first"'
export default pattern<Order>().begin('first').next('first')
