import type { Guarantee } from '../../src/contract/sink.ts'
import type { Undecodable } from '../../src/contract/source.ts'
import type { OperatorTransformation } from '../../src/graph/transformation.ts'
import { job } from '../../src/job.ts'
import { type SinkHandle, type Step, type Stream, streamFrom } from '../../src/stream.ts'

const unopened = () => {
  throw new Error('a plan opens nothing')
}

export function fakeSource(detail: string, more: { replayable?: boolean; brings?: string } = {}) {
  return { description: { kind: 'fake', detail, replayable: true, ...more }, open: unopened }
}

export function fakeSink(
  name: string,
  guarantee: Guarantee = 'exactly-once',
): Step<Stream<unknown>, SinkHandle> {
  const because = guarantee === 'exactly-once' ? 'a rename publishes a file once' : 'a retry writes again'
  const sink = {
    description: { kind: 'fake', detail: `rows in ${name}/`, guarantee, because },
    open: unopened,
  }
  return ({ outlet }) => ({ sink: { kind: 'sink', name, input: outlet, sink } })
}

export function fakeOperator(
  verb: string,
  { name, detail = '', sides = {} }: Partial<Pick<OperatorTransformation, 'name' | 'detail' | 'sides'>> = {},
): Step<Stream<unknown>, Stream<unknown>> {
  return ({ outlet }) =>
    streamFrom({ kind: 'operator', verb, name, detail, sides, input: outlet, create: unopened })
}

export const fakeUnion = (...streams: Stream<unknown>[]): Stream<unknown> =>
  streamFrom({ kind: 'union', inputs: streams.map((stream) => stream.outlet) })

const late: OperatorTransformation['sides'] = {
  late: (outlet) => fakeSink('late-flights')({ ...streamFrom(outlet.from), outlet }).sink,
}

/** Flights of two sources, per day, with everything that a plan can show. */
export const flightsJob = job('flights', ({ from }) => {
  const east = from('east', fakeSource('stream east'), {
    undecodable: (records: Stream<Undecodable>) => fakeSink('garbage')(records),
  })
  const west = from('west', fakeSource('stream west from <latest>'))
  const all = fakeUnion(east.pipe(fakeOperator('filter')), west)
  const perDay = all.pipe(
    fakeOperator('eventTime', { detail: 'out of order 10s' }),
    fakeOperator('aggregate', { name: 'per-day', detail: 'tumbling 1d', sides: late }),
  )
  return [
    perDay.pipe(fakeSink('lake')),
    perDay.pipe(fakeOperator('map'), fakeSink('alerts', 'at-least-once')),
  ]
})
