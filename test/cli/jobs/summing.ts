import { job } from 'millrace'
import { keyBy, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'

const records = ['apples', 'pears', 'apples'].map((value, index) => ({ value, arrivalTime: index }))

export default job('summing', ({ from }) =>
  from('fruit', listSource({ all: records })).pipe(
    keyBy((name) => name),
    process('totals', {
      state: { seen: valueState(0) },
      *onRecord(_, { key, state }) {
        state.seen.value += 1
        yield `${key} ${state.seen.value}`
      },
    }),
    sinkTo('out', collectSink<string>()),
  ),
)
