import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Fault, FaultKind, FaultPlan } from '../../../../connectors/kinesis-local/faults/fault.ts'
import { faultKinds } from '../../../../connectors/kinesis-local/faults/fault-kinds.ts'
import { FaultSchedule, type Occasion } from '../../../../connectors/kinesis-local/faults/fault-schedule.ts'

const kinds = Object.keys(faultKinds) as FaultKind[]
const gets: Occasion = { operation: 'GetRecords', stream: 'orders' }

/** What strikes at each of the occasions, by its place in the plan. */
function struck(schedule: FaultSchedule, occasions: readonly Occasion[]): (number | undefined)[] {
  return occasions.map((occasion) => {
    const strike = schedule.next(kinds, occasion, () => true)
    return strike && schedule.plan.faults.indexOf(strike.fault)
  })
}

const occasion = fc.record<Occasion>({
  operation: fc.constantFrom('GetRecords', 'PutRecords', 'ListShards'),
  stream: fc.constantFrom('orders', 'visits', undefined),
})

const fault: fc.Arbitrary<Fault> = fc.record(
  {
    kind: fc.constantFrom('throttle', 'internal-failure', 'cut', 'expired-iterator'),
    stream: fc.constantFrom('orders', 'visits'),
    rate: fc.double({ min: 0, max: 1, noNaN: true }),
    count: fc.nat(20),
  },
  { requiredKeys: ['kind'] },
)

const plan: fc.Arbitrary<FaultPlan> = fc.record({
  seed: fc.nat(2 ** 32 - 1),
  faults: fc.array(fault, { maxLength: 5 }),
})

const occasions = fc.array(occasion, { maxLength: 60 })

describe('what strikes', () => {
  test('is the same for the same seed and the same calls', () => {
    fc.assert(
      fc.property(plan, occasions, (given, calls) => {
        expect(struck(new FaultSchedule(given), calls)).toEqual(struck(new FaultSchedule(given), calls))
      }),
    )
  })

  test('is another for another seed', () => {
    const calls = Array.from({ length: 64 }, () => gets)
    const faults: Fault[] = [{ kind: 'throttle', rate: 0.5 }]
    const ofSeed = (seed: number) => struck(new FaultSchedule({ seed, faults }), calls).join()
    const seeds = Array.from({ length: 50 }, (_, seed) => seed)
    expect(new Set(seeds.map(ofSeed)).size).toBe(seeds.length)
  })

  test('is aimed at the call, and counted', () => {
    fc.assert(
      fc.property(plan, occasions, (given, calls) => {
        const schedule = new FaultSchedule(given)
        const hits = struck(schedule, calls)
        for (const [index, hit] of hits.entries()) {
          if (hit === undefined) continue
          const { kind, stream } = given.faults[hit]!
          expect(faultKinds[kind].operations).toContain(calls[index]!.operation)
          expect([undefined, calls[index]!.stream]).toContain(stream)
        }
        for (const [place, { count = 60 }] of given.faults.entries()) {
          expect(hits.filter((hit) => hit === place).length).toBeLessThanOrEqual(count)
        }
        const total = Object.values(schedule.injected).reduce((sum, count) => sum + count)
        expect(total).toBe(hits.filter((hit) => hit !== undefined).length)
      }),
    )
  })

  test('of the faults before does not depend on those that come after them', () => {
    fc.assert(
      fc.property(plan, fault, occasions, ({ seed = 0, faults }, last, calls) => {
        const without = struck(new FaultSchedule({ seed, faults }), calls)
        const added = struck(new FaultSchedule({ seed, faults: [...faults, last] }), calls)
        expect(added.map((place) => (place === faults.length ? undefined : place))).toEqual(without)
      }),
    )
  })

  test('comes as often as its rate says', () => {
    const rate = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), rate, (seed, rate) => {
        const calls = 4000
        const schedule = new FaultSchedule({ seed, faults: [{ kind: 'throttle', rate }] })
        struck(schedule, Array(calls).fill(gets))
        // Five standard deviations of a coin of that rate, and some for rates at which strikes are rare.
        const tolerance = 5 * Math.sqrt((rate * (1 - rate)) / calls) + 8 / calls
        expect(Math.abs(schedule.injected.throttle / calls - rate)).toBeLessThanOrEqual(tolerance)
      }),
    )
  })
})

test('a count without a rate strikes the next calls, then no more', () => {
  const schedule = new FaultSchedule({ faults: [{ kind: 'throttle', count: 2 }, { kind: 'cut' }] })
  expect(struck(schedule, [gets, gets, gets, gets])).toEqual([0, 0, 1, 1])
  expect(schedule.injected).toMatchObject({ throttle: 2, cut: 2, slow: 0 })
})

test('a fault that would change nothing keeps its count', () => {
  const schedule = new FaultSchedule({ faults: [{ kind: 'throttle', count: 1 }] })
  expect(schedule.next(kinds, gets, () => false)).toBeUndefined()
  expect(schedule.next(['cut'], gets, () => true)).toBeUndefined()
  expect(schedule.next(kinds, gets, () => true)).toBeDefined()
})
