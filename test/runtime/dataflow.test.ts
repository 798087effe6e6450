import { type Job, job } from 'millrace'
import { aggregate, count, eventTime, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../../src/contract/snapshot.ts'
import { systemClock } from '../../src/contract/system.ts'
import { silentLog } from '../../src/observe/silent-log.ts'
import { Dataflow } from '../../src/runtime/dataflow.ts'
import type { Stream } from '../../src/stream.ts'

const numbers = listSource<number>({})

/** The dataflow of a job, and what has come to its sinks: `out: 1 2`, `out: time 5`, `out: barrier 3`. */
function flowOf({ graph }: Job) {
  const came: string[] = []
  const snapshots = new Map<string, Snapshot>()
  const sinks = graph.nodes.filter(({ transformation }) => transformation.kind === 'sink')
  const flow = new Dataflow(
    graph,
    {
      surroundings: {
        clock: systemClock,
        random: () => 0,
        log: silentLog,
        signal: new AbortController().signal,
      },
      restored: {},
      onSnapshot: (id, snapshot) => snapshots.set(id, snapshot),
      count: () => {},
      level: () => {},
      wakeAt: () => {},
      onError: 'fail',
      onFailure: (error) => {
        throw error
      },
    },
    new Map(
      sinks.map(({ id }) => [
        id,
        (element) => {
          if (element.kind === 'batch')
            came.push(`${id}: ${element.values.map((value) => JSON.stringify(value)).join(' ')}`)
          else if (element.kind === 'watermark') came.push(`${id}: time ${element.timestamp}`)
          else if (element.kind === 'barrier') came.push(`${id}: barrier ${element.epoch}`)
          else came.push(`${id}: ${element.kind}`)
        },
      ]),
    ),
  )
  const push = (values: readonly number[], split = 's') =>
    flow.pushBatch('numbers', { kind: 'batch', split, values, timestamps: values.map(() => 0) })
  return { flow, came, push, snapshots }
}

const timed = (upstream: Stream<number>) => upstream.pipe(eventTime((n: number) => n))

describe('a dataflow', () => {
  it('gives records, watermarks and barriers to every branch of a fan-out, each once and in order', () => {
    const { flow, came, push } = flowOf(
      job('fan', ({ from }) => {
        const stream = from('numbers', numbers)
        return [
          stream.pipe(sinkTo('raw', collectSink())),
          stream.pipe(
            map((n) => n * 10),
            sinkTo('tens', collectSink()),
          ),
        ]
      }),
    )
    push([1, 2])
    flow.push('numbers', { kind: 'watermark', timestamp: 7 })
    flow.push('numbers', { kind: 'barrier', epoch: 3 })
    const to = (sink: string) => came.filter((line) => line.startsWith(sink))
    expect(to('raw')).toEqual(['raw: 1 2', 'raw: time 7', 'raw: barrier 3'])
    expect(to('tens')).toEqual(['tens: 10 20', 'tens: time 7', 'tens: barrier 3'])
  })

  it('snapshots what is before a barrier, and hands results on before it', () => {
    const { flow, came, push, snapshots } = flowOf(
      job('windows', ({ from }) =>
        timed(from('numbers', numbers)).pipe(
          keyBy((n: number) => n % 2),
          window(tumbling('10ms')),
          aggregate('count', { n: count() }),
          map(({ key, n }) => `${key} ${n}`),
          sinkTo('out', collectSink()),
        ),
      ),
    )
    push([1, 2, 3, 12])
    flow.push('numbers', { kind: 'barrier', epoch: 1 })
    flow.push('numbers', { kind: 'end' })
    expect([...snapshots.keys()].sort()).toEqual(['count', 'numbers/eventTime-1'])
    expect(came.filter((line) => !line.includes('time'))).toEqual([
      'out: "0 1" "1 2"',
      'out: barrier 1',
      'out: "0 1"',
      'out: end',
    ])
  })

  it('knows the event-time steps behind a fan-out for reading splits at one pace', () => {
    const { flow, push } = flowOf(
      job('fan', ({ from }) => {
        const shared = from('numbers', numbers).pipe(map((n) => n))
        return [shared.pipe(sinkTo('raw', collectSink())), timed(shared).pipe(sinkTo('timed', collectSink()))]
      }),
    )
    push([5], 'a')
    expect(flow.progressOf('numbers').map(({ watermarkOf }) => watermarkOf('a'))).toEqual([4])
  })

  it('does not read at the pace of what did not decode', () => {
    const { flow } = flowOf(
      job('sides', ({ from }) =>
        from('numbers', numbers, {
          undecodable: (records) =>
            records.pipe(
              eventTime(({ arrivalTime }) => arrivalTime),
              sinkTo('bad', collectSink()),
            ),
        }).pipe(sinkTo('out', collectSink())),
      ),
    )
    expect(flow.progressOf('numbers')).toEqual([])
  })

  it('fails at every push once something has failed', () => {
    const { flow, push } = flowOf(
      job('fails', ({ from }) =>
        from('numbers', numbers).pipe(
          map((n) => {
            if (n === 2) throw new RangeError('no twos')
            return n
          }),
          sinkTo('out', collectSink()),
        ),
      ),
    )
    push([1])
    expect(() => push([2])).toThrow('OPERATOR_FAILED')
    expect(() => push([3])).toThrow('OPERATOR_FAILED')
    expect(() => flow.push('numbers', { kind: 'barrier', epoch: 1 })).toThrow('OPERATOR_FAILED')
  })
})
