import { job } from 'millrace'
import { deliverySink, jsonLines } from 'millrace/connectors/delivery'
import { folder } from 'millrace/connectors/files'
import { map, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'

const orders = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    value: { day: `d${index % 2}`, index },
    arrivalTime: index,
  }))

const lake = deliverySink<{ day: string; index: number }>({
  to: folder(process.env['LISTED_LAKE'] ?? 'lake'),
  format: jsonLines(),
  partitionBy: ({ day }) => ({ day }),
  roll: { size: '30B' },
})

/** Two splits that end, files of two rows, and a sink that keeps no ledger. */
export default job('listed', ({ from }) => {
  const read = from('orders', listSource({ a: orders(7), b: orders(4) }, { perFetch: 3 }))
  return [
    read.pipe(sinkTo('lake', lake)),
    read.pipe(
      map(({ index }) => index),
      sinkTo('seen', collectSink<number>()),
    ),
  ]
})
