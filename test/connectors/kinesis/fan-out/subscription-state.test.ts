import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Fact,
  nextState,
  nextStep,
  type SubscriptionState,
  type Trouble,
  unsubscribed,
} from '../../../../connectors/kinesis/fan-out/subscription-state.ts'

const troubles: readonly Trouble[] = ['broken', 'silent', 'in-use', 'taken', 'refused']
const chance = 0.5

function run(...facts: readonly Fact[]): SubscriptionState {
  return facts.reduce(nextState, unsubscribed)
}

const begin: Fact = { kind: 'begin' }
const connected = (generation: number, at: number): Fact => ({ kind: 'connected', generation, at })
const event = (generation: number): Fact => ({ kind: 'event', generation })
const closed = (generation: number, at: number): Fact => ({ kind: 'closed', generation, at, chance })
const failed = (generation: number, at: number, trouble: Trouble = 'broken'): Fact => ({
  kind: 'failed',
  generation,
  at,
  chance,
  trouble,
})

describe('a subscription', () => {
  test('is begun when records are wanted, connects, brings events and ends with the shard', () => {
    expect(nextStep(unsubscribed, 0)).toEqual({ kind: 'subscribe' })
    const receiving = run(begin, connected(1, 10), event(1))
    expect(nextStep(receiving, 20)).toEqual({ kind: 'receive' })
    expect(nextStep(nextState(receiving, { kind: 'last' }), 30)).toEqual({ kind: 'end' })
  })

  test('that the service ends after its five minutes is renewed at once', () => {
    expect(nextStep(run(begin, connected(1, 0), event(1), closed(1, 300_000)), 300_000)).toEqual({
      kind: 'subscribe',
    })
  })

  test('that ends within five seconds is not asked for again too soon: the shard is polled until then', () => {
    const state = run(begin, connected(1, 0), event(1), closed(1, 2000))
    expect(nextStep(state, 2000)).toEqual({ kind: 'poll' })
    expect(nextStep(state, 5000)).toEqual({ kind: 'poll' })
    expect(nextStep(state, 5250)).toEqual({ kind: 'subscribe' })
  })

  test('that breaks is asked for again after a moment', () => {
    const state = run(begin, connected(1, 0), event(1), failed(1, 60_000))
    expect(nextStep(state, 60_000)).toEqual({ kind: 'wait', ms: 200 })
    expect(nextStep(state, 60_200)).toEqual({ kind: 'subscribe' })
  })

  test('that cannot be had three times in a row gives way to polling, ever longer', () => {
    let state = unsubscribed
    const rests: number[] = []
    let now = 0
    for (let generation = 1; rests.length < 6; generation++) {
      state = nextState(nextState(state, begin), failed(generation, now))
      if (state.phase.kind !== 'resting') throw new Error('not resting')
      if (state.phase.poll) rests.push(state.phase.until - now)
      now = state.phase.until
    }
    expect(rests).toEqual([22_500, 45_000, 90_000, 180_000, 225_000, 225_000])
  })

  test('that is refused as in use is tried again within five seconds, however often', () => {
    let state = unsubscribed
    for (let generation = 1; generation < 20; generation++) {
      state = nextState(nextState(state, begin), failed(generation, 0, 'in-use'))
      expect(nextStep(state, 0)).toEqual({ kind: 'poll' })
      expect(nextStep(state, 5000)).toEqual({ kind: 'subscribe' })
    }
  })

  test('that another reader took over is not fought for', () => {
    const state = run(begin, connected(1, 0), event(1), failed(1, 20_000, 'taken'))
    expect(nextStep(state, 35_000)).toEqual({ kind: 'poll' })
    expect(nextStep(state, 50_000)).toEqual({ kind: 'subscribe' })
  })
})

interface Walk {
  readonly what: number
  readonly back: number
  readonly ms: number
  readonly chance: number
  readonly trouble: Trouble
}

const walk: fc.Arbitrary<Walk> = fc.record({
  what: fc.nat(6),
  back: fc.nat(3),
  ms: fc.nat(20_000),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  trouble: fc.constantFrom(...troubles),
})

function factOf({ what, back, chance, trouble }: Walk, state: SubscriptionState, at: number): Fact {
  const generation = state.generation - back
  const facts: readonly Fact[] = [
    { kind: 'begin' },
    { kind: 'connected', generation, at },
    { kind: 'event', generation },
    { kind: 'closed', generation, at, chance },
    { kind: 'failed', generation, at, chance, trouble },
    { kind: 'no-consumer', at, chance },
    { kind: 'event', generation },
  ]
  return facts[what]!
}

/** Every state that facts in any order lead to, with the time at which it is looked at. */
function along(walks: readonly Walk[], look: (before: SubscriptionState, fact: Fact, now: number) => void) {
  let [state, now] = [unsubscribed, 0]
  for (const step of walks) {
    now += step.ms
    const fact = factOf(step, state, now)
    look(state, fact, now)
    // A reader begins one only when it is told to.
    if (fact.kind === 'begin' && nextStep(state, now).kind !== 'subscribe') continue
    state = nextState(state, fact)
  }
}

describe('whatever happens, in whatever order,', () => {
  const always = (look: (before: SubscriptionState, fact: Fact, now: number) => void) =>
    fc.assert(
      fc.property(fc.array(walk, { maxLength: 60 }), (walks) => along(walks, look)),
      { numRuns: 500 },
    )

  test('what is said of an earlier generation changes nothing', () => {
    always((before, fact) => {
      if ('generation' in fact && fact.generation !== before.generation) {
        expect(nextState(before, fact)).toBe(before)
      }
    })
  })

  test('a generation never comes again', () => {
    always((before, fact) => {
      expect(nextState(before, fact).generation - before.generation).toBeOneOf([0, 1])
    })
  })

  test('with time alone it subscribes again, within five minutes', () => {
    always((before, fact, now) => {
      const state = nextState(before, fact)
      if (state.phase.kind === 'resting') {
        expect(state.phase.until - now).toBeLessThanOrEqual(300_000)
        expect(nextStep(state, state.phase.until)).toEqual({ kind: 'subscribe' })
      }
    })
  })

  test('it never subscribes within five seconds of a subscription that was accepted', () => {
    always((before, _fact, now) => {
      if (nextStep(before, now).kind === 'subscribe') {
        expect(now - before.acceptedAt).toBeGreaterThanOrEqual(5000)
      }
    })
  })

  test('an ended shard stays ended', () => {
    always((before, fact) => {
      const ended = nextState(before, { kind: 'last' })
      expect(nextState(ended, fact)).toBe(ended)
    })
  })
})
