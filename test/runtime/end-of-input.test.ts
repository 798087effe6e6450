import { job, run } from 'millrace'
import { sinkTo, union } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import type { OperatorContext } from '../../src/contract/operator.ts'
import { operatorStep } from '../../src/graph/operator-step.ts'
import { quiet } from './until.ts'

/** Holds records until the end of processing time, as windows of it do that close later than the input ends. */
const held = operatorStep<string, string>({
  verb: 'held',
  detail: '',
  create: ({ emit }) => {
    let values: string[] = []
    return {
      process: (value) => void values.push(value),
      onTick: (now) => {
        if (now !== Number.POSITIVE_INFINITY) return
        const due = values
        values = []
        for (const value of due) emit(`${value} held`, 0)
      },
    }
  },
})

/** Asks something outside about every record. */
const asked = operatorStep<string, string>({
  verb: 'asked',
  detail: '',
  create: ({ emit, resume }: OperatorContext<string>) => {
    const underWay = new Set<Promise<void>>()
    return {
      process: (value, timestamp) => {
        const answered: Promise<void> = quiet(100).then(() => {
          underWay.delete(answered)
          resume(() => emit(`${value}!`, timestamp))
        })
        underWay.add(answered)
      },
      drained: () => (underWay.size === 0 ? undefined : Promise.all(underWay).then(() => undefined)),
    }
  },
})

it.each([1, 2])(
  'what the end of the input sets off comes back before the job is finished, over %s unions',
  async (unions) => {
    const sink = collectSink<string>()
    const described = job('ends', ({ from }) => {
      let stream = from('texts', listSource({ a: [{ value: 'a', arrivalTime: 0 }] }))
      for (let number = 0; number < unions; number++) stream = held(asked(stream).pipe(union(stream)))
      return stream.pipe(asked, sinkTo('out', sink))
    })
    await run(described, { checkpoints: memoryStore() })
    const whole =
      unions === 1
        ? ['a held!', 'a! held!']
        : ['a held held!', 'a held! held!', 'a! held held!', 'a! held! held!']
    expect([...sink.rows].sort()).toEqual(whole)
  },
)
