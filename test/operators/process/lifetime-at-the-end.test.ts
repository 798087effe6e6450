import { job } from 'millrace'
import { eventTime, keyBy, listState, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource, testJob } from 'millrace/testing'
import { expect, it } from 'vitest'

it('what is kept by the clock is there for the timers that fire when the input ends', async () => {
  const ttl = { after: '10s', clock: 'processing' } as const
  const described = job('visits', ({ from }) =>
    from('visits', listSource<number>({})).pipe(
      eventTime((at) => at),
      keyBy(() => 'all'),
      process('seen', {
        state: { last: valueState<number>(undefined, { ttl }), all: listState<number>({ ttl }) },
        onRecord(at, { state, timers }) {
          state.last.value = at
          state.all.add(at)
          timers.set(at + 60_000)
        },
        onTimer: (_, { state }) => [`${state.last.value} of ${[...state.all]}`],
      }),
      sinkTo('out', collectSink<string>()),
    ),
  )
  const test = testJob(described)
  await test.send('visits', 1_000)
  await test.advance('8s')
  await test.send('visits', 2_000)
  await test.advance('3s')
  await test.checkpoint()
  const { rows } = await test.end()
  expect(rows['out']).toEqual(['2000 of 2000', '2000 of 2000'])
})
