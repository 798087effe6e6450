import { job } from 'millrace'
import { keyBy, map, quarantine, sinkTo } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'

const records = ['a1', 'a2', 'b1', 'a3'].map((value, index) => ({ value, arrivalTime: index }))

export const out = collectSink<string>()

/** What fails until it is mended. */
export const broken = new Set(['a2'])

export default job('parking', ({ from }) =>
  from('orders', listSource({ all: records })).pipe(
    keyBy((order) => order[0]!),
    quarantine('parked'),
    map((order) => {
      if (broken.has(order)) throw new Error(`no price in ${order}`)
      return order
    }),
    sinkTo('out', out),
  ),
)
