import { job, run } from 'millrace'
import { map, partition, sinkTo, splitBy } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

const numbers = () =>
  listSource({ s: [-2, -1, 0, 1, 2, 3].map((value, arrivalTime) => ({ value, arrivalTime })) })

describe('splitBy', () => {
  it('sends each record to the first predicate that it passes, the others to rest', async () => {
    const sinks = { negative: collectSink<number>(), odd: collectSink<number>(), rest: collectSink<number>() }
    const described = job('split', ({ from }) => {
      const { negative, odd, rest } = from('in', numbers()).pipe(
        splitBy({ negative: (n) => n < 0, odd: (n) => n % 2 !== 0 }),
      )
      return [
        negative.pipe(sinkTo('negative', sinks.negative)),
        odd.pipe(sinkTo('odd', sinks.odd)),
        rest.pipe(sinkTo('rest', sinks.rest)),
      ]
    })
    await run(described, { checkpoints: memoryStore() })
    expect(sinks.negative.rows).toEqual([-2, -1])
    expect(sinks.odd.rows).toEqual([1, 3])
    expect(sinks.rest.rows).toEqual([0, 2])
  })

  it.each(['rest', 'main'])('refuses a predicate called %s', (name) => {
    expect(() => splitBy({ [name]: () => true })).toThrow(`a predicate of splitBy is called "${name}"`)
  })
})

describe('partition', () => {
  it('makes two streams of one', async () => {
    const [below, above] = [collectSink<number>(), collectSink<number>()]
    const described = job('partition', ({ from }) => {
      const [negative, others] = from('in', numbers()).pipe(partition((n) => n < 0))
      return [
        negative.pipe(
          map((n) => -n),
          sinkTo('below', below),
        ),
        others.pipe(sinkTo('above', above)),
      ]
    })
    await run(described, { checkpoints: memoryStore() })
    expect(below.rows).toEqual([2, 1])
    expect(above.rows).toEqual([0, 1, 2, 3])
  })
})
