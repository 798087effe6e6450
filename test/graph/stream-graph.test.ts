import { job } from 'millrace'
import { aggregate, count, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

const numbers = listSource<number>({})
const out = (name: string) => sinkTo<unknown>(name, collectSink())
const same = map((n: number) => n)

describe('a stream graph', () => {
  it('holds what leads to a sink, each node after the ones that it reads, and once', () => {
    const { graph } = job('diamond', ({ from }) => {
      const shared = from('numbers', numbers).pipe(same)
      from('unused', numbers).pipe(same)
      return [shared.pipe(out('a')), shared.pipe(same, out('b'))]
    })
    expect(graph.nodes.map(({ id }) => id)).toEqual(['numbers', 'numbers/map-1', 'a', 'numbers/map-2', 'b'])
    const before = new Set<string>()
    for (const { id, inputs } of graph.nodes) {
      for (const { from } of inputs) expect(before).toContain(from)
      before.add(id)
    }
  })

  it('holds a sink once that is returned twice', () => {
    const { graph } = job('twice', ({ from }) => {
      const handle = from('numbers', numbers).pipe(out('a'))
      return [handle, handle]
    })
    expect(graph.nodes.map(({ id }) => id)).toEqual(['numbers', 'a'])
  })

  it('derives ids from the nearest name, so that an edit elsewhere does not change them', () => {
    const ids = (extra: boolean) =>
      job('ids', ({ from }) => {
        const other = from('others', numbers).pipe(same)
        const handle = from('numbers', numbers).pipe(
          same,
          keyBy((n: number) => n),
          window(tumbling('1m')),
          aggregate('totals', { n: count() }),
          map(({ n }) => n),
          sinkTo('out', collectSink()),
        )
        return extra ? [other.pipe(out('more')), handle] : handle
      }).graph.nodes.map(({ id }) => id)
    expect(ids(false)).toEqual([
      'numbers',
      'numbers/map-1',
      'numbers/keyBy-1',
      'totals',
      'totals/map-1',
      'out',
    ])
    expect(ids(true)).toEqual(expect.arrayContaining(ids(false)))
  })
})

describe('a name', () => {
  const named = (source: string, sink: string) => () =>
    job('names', ({ from }) => from(source, numbers).pipe(out(sink)))

  it.each([
    ['a source and a sink', named('same', 'same')],
    ['names that differ in case alone', named('Orders', 'orders')],
    [
      'two sinks',
      () =>
        job('names', ({ from }) => [from('a', numbers).pipe(out('x')), from('b', numbers).pipe(out('x'))]),
    ],
    [
      'two sources',
      () =>
        job('names', ({ from }) => [from('a', numbers).pipe(out('x')), from('a', numbers).pipe(out('y'))]),
    ],
    [
      'the sink of a side output and another',
      () =>
        job('names', ({ from }) =>
          from('a', numbers, { undecodable: (records) => records.pipe(out('x')) }).pipe(out('x')),
        ),
    ],
  ])('cannot be that of %s', (_what, build) => expect(build).toThrow('NAME_DUPLICATE'))

  it('that is taken is refused with the verbs of both', () => {
    expect(named('same', 'same')).toThrow('used twice, letter case aside: by from and by sinkTo')
  })

  it.each(['', 'a b', 'a/b', '-a', 'ü', 'a'.repeat(65), '__proto__', '../x'])('cannot be %j', (name) => {
    expect(named(name, 'out')).toThrow('JOB_INVALID')
    expect(named('in', name)).toThrow('JOB_INVALID')
    expect(() => job(name, ({ from }) => from('in', numbers).pipe(out('out')))).toThrow('JOB_INVALID')
  })

  it.each(['constructor', 'toString', 'valueOf'])(
    'cannot be %s, which every object of JavaScript has',
    (name) => expect(named('in', name)).toThrow('JOB_INVALID'),
  )

  it('may have 64 letters, digits, "-" and "_"', () => {
    expect(named('a'.repeat(64), '0_-Z')).not.toThrow()
  })
})
