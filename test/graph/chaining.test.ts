import { job } from 'millrace'
import { aggregate, count, filter, keyBy, map, sinkTo, tumbling, window } from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { operatorChains, sourcesOf } from '../../src/graph/chaining.ts'
import type { SinkHandle, Stream } from '../../src/stream.ts'

const numbers = listSource<number>({})
function graphOf<H extends SinkHandle | SinkHandle[]>(build: (numbers: Stream<number>) => H) {
  return job('chained', ({ from }) => build(from('numbers', numbers))).graph
}

const same = map((n: number) => n)
const out = (name: string) => sinkTo<unknown>(name, collectSink())

/** Each chain as `input → operator operator`. */
const chainsOf = (graph: ReturnType<typeof graphOf>) =>
  operatorChains(graph).map(
    ({ input, operators }) => `${input.from}:${input.output} → ${operators.map(({ id }) => id).join(' ')}`,
  )

describe('operators', () => {
  it('that follow each other are one chain, across partitions too', () => {
    const graph = graphOf((stream) =>
      stream.pipe(
        same,
        keyBy((n: number) => n),
        window(tumbling('1m')),
        aggregate('totals', { n: count() }),
        map((total) => total),
        sinkTo('out', collectSink()),
      ),
    )
    expect(chainsOf(graph)).toEqual(['numbers:main → numbers/map-1 totals totals/map-1'])
  })

  it('behind a fan-out are chains of their own', () => {
    const graph = graphOf((stream) => {
      const shared = stream.pipe(same)
      return [shared.pipe(same, out('a')), shared.pipe(same, same, out('b'))]
    })
    expect(chainsOf(graph)).toEqual([
      'numbers:main → numbers/map-1',
      'numbers/map-1:main → numbers/map-2',
      'numbers/map-1:main → numbers/map-3 numbers/map-4',
    ])
  })

  it('that share their input with a sink are a chain of their own', () => {
    const graph = graphOf((stream) => {
      const shared = stream.pipe(same)
      return [shared.pipe(out('raw')), shared.pipe(same, out('more'))]
    })
    expect(chainsOf(graph)).toEqual(['numbers:main → numbers/map-1', 'numbers/map-1:main → numbers/map-2'])
  })

  it('behind a side output do not break the chain that they leave', () => {
    const graph = graphOf((stream) =>
      stream.pipe(
        keyBy((n: number) => n),
        window(tumbling('1m'), { late: (late: Stream<number>) => late.pipe(same, out('late')) }),
        aggregate('totals', { n: count() }),
        filter(() => true),
        sinkTo('out', collectSink()),
      ),
    )
    expect(chainsOf(graph)).toEqual(['numbers:main → totals totals/filter-1', 'totals:late → totals/map-1'])
    const late = operatorChains(graph)[1]!
    expect(sourcesOf(graph, late.input)).toEqual([])
    expect(sourcesOf(graph, { from: 'totals/filter-1', output: 'main' })).toEqual(['numbers'])
  })
})
