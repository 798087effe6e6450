// Where to start is the reader's choice.
import { json } from 'millrace'
import { kinesisSource } from 'millrace/connectors/kinesis'
import type { Order } from '../orders.ts'

// ↓ Property 'startAt' is missing
export const source = kinesisSource({ stream: 'orders', decode: json<Order>() })
