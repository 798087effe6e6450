import { job, run } from 'millrace'
import { keyBy, listState, output, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'

const numbers = listSource({ s: [1, 2, 3, 4].map((value, arrivalTime) => ({ value, arrivalTime })) })

describe('a function that throws in the middle', () => {
  it('leaves nothing behind when the job goes on', async () => {
    const [main, odd] = [collectSink<number[]>(), collectSink<number>()]
    const described = job(
      'skip',
      ({ from }) => {
        const sums = from('in', numbers).pipe(
          keyBy(() => 'all'),
          process('sums', {
            state: { seen: listState<number>(), count: valueState(0) },
            outputs: { odd: output<number>() },
            *onRecord(n, { state, timers, output }) {
              state.seen.add(n)
              state.count.value += 1
              timers.set(1000 + n)
              if (n % 2 !== 0) output('odd', n)
              yield [n]
              if (n === 3) throw new Error('three')
            },
            *onTimer(time, { state }) {
              yield [time, ...state.seen, state.count.value]
            },
          }),
        )
        return [sums.pipe(sinkTo('main', main)), sums.sides.odd.pipe(sinkTo('odd', odd))]
      },
      { onError: 'skip' },
    )
    await run(described, { checkpoints: memoryStore() })
    const seen = [1, 2, 4, 3]
    expect(main.rows).toEqual([[1], [2], [4], [1001, ...seen], [1002, ...seen], [1004, ...seen]])
    expect(odd.rows).toEqual([1])
  })
})

/** What ends a job whose process does this with its state. */
function failureOf(act: (state: { value: unknown }) => void) {
  const described = job('wrong', ({ from }) =>
    from('in', numbers).pipe(
      keyBy((n) => `key ${n}`),
      process('wrong', {
        state: { first: valueState(0), other: valueState<unknown>() },
        onRecord(n, { state }) {
          state.first.value = n
          if (n === 3) act(state.other)
        },
      }),
      sinkTo('out', collectSink()),
    ),
  )
  return run(described, { checkpoints: memoryStore() }).then(
    () => 'nothing',
    (error) => error,
  )
}

class Money {
  readonly cents = 1
}

describe('state that is no plain data', () => {
  it.each([
    ['a function', 'other.f', { f: () => 1 }],
    ['a symbol', 'other', Symbol('x')],
    ['an object of the class Money', 'other.list.1', { list: [0, new Money()] }],
    ['an object of the class Promise', 'other', Promise.resolve()],
  ])('such as %s ends the job at its checkpoint, by operator, key and place', async (kind, place, value) => {
    const error = await failureOf((state) => {
      state.value = value
    })
    expect(error).toMatchObject({
      code: 'STATE_INVALID',
      where: { operator: 'wrong' },
      happened: `the state of the key "key 3" holds ${kind} at ${place}: a checkpoint could not bring it back`,
    })
  })

  it('such as a circle ends it too', async () => {
    const error = await failureOf((state) => {
      const circle: { next?: unknown } = {}
      circle.next = circle
      state.value = circle
    })
    expect(error.happened).toContain('holds a circle')
  })

  it.each([[{ at: new Date(0), bytes: new Uint8Array(2), set: new Set([1n]), map: new Map([['a', null]]) }]])(
    'is not %o',
    async (value) => {
      const outcome = await failureOf((state) => {
        state.value = value
      })
      expect(outcome).toBe('nothing')
    },
  )
})

describe('a timer', () => {
  const withTimer = (time: number, onTimer: (() => undefined) | undefined) =>
    job('timer', ({ from }) =>
      from('in', numbers).pipe(
        keyBy((n) => n),
        process('timer', {
          onRecord(_n, { timers }) {
            timers.set(time)
          },
          ...(onTimer === undefined ? {} : { onTimer }),
        }),
        sinkTo('out', collectSink()),
      ),
    )

  it('needs something that waits for it', () =>
    expect(run(withTimer(1, undefined), { checkpoints: memoryStore() })).rejects.toMatchObject({
      happened: 'a timer was set, and there is no onTimer for it',
    }))

  it.each([
    [Number.NaN, 'no time'],
    [Number.POSITIVE_INFINITY, 'no time'],
    [1.5, 'no whole number of milliseconds'],
  ])('is set for a time, not for %s', (time, why) =>
    expect(
      run(
        withTimer(time, () => undefined),
        { checkpoints: memoryStore() },
      ),
    ).rejects.toMatchObject({
      happened: `a timer was set for ${time}, which is ${why}`,
    }),
  )
})
