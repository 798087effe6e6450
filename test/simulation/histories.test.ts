import process from 'node:process'
import { job } from 'millrace'
import { map, sinkTo } from 'millrace/operators'
import { collectSink, listSource, simulate } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { operatorStep } from '../../src/graph/operator-step.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { faultKinds } from '../../src/testing/simulation/fault.ts'
import { failureOf } from '../runtime/failed.ts'
import { compiled } from './compiled.ts'
import { failedSeeds } from './failed-seeds.ts'
import { simulationOf, type Visit, variants } from './jobs.ts'
import { totalsOf } from './model.ts'
import { expectedOf, simulateSeed } from './run-seeds.ts'
import { simulateElsewhere } from './worker-process.ts'

/*
 * MILLRACE_SIMULATIONS=5000      runs so many fresh seeds (default 500)
 * MILLRACE_SIMULATION_SEED=123   begins at this seed (default: another one each time)
 */
const { MILLRACE_SIMULATIONS = '500', MILLRACE_SIMULATION_SEED } = process.env
const first = Number(MILLRACE_SIMULATION_SEED ?? Math.floor(Date.now() / 1000) % 2 ** 30)
const simulations = Number(MILLRACE_SIMULATIONS)

const none = () => listSource<string>({})
const inputs = { words: ['mill', 'race', 'stream'].map((value) => ({ value })) }
const words = job('words', ({ from }) =>
  from('words', none()).pipe(
    map((word) => word.length),
    sinkTo('lengths', collectSink()),
  ),
)

describe('jobs through histories of faults', () => {
  it(
    `give what they give without faults, from seed ${first} on`,
    async () => {
      const { folder, remove } = compiled()
      const failed: string[] = []
      let done = 0
      try {
        await simulateElsewhere(
          folder,
          { from: first, to: first + simulations, step: 1, trace: false, retention: false },
          ({ error }) => {
            done += 1
            if (error !== undefined) failed.push(error)
          },
        )
      } finally {
        remove()
      }
      expect(failed).toEqual([])
      expect(done).toBe(simulations)
    },
    60_000 + simulations * 1_000,
  )

  it.each([...failedSeeds])(
    'do so with seed %i, which failed once: %s',
    async (seed) => {
      await simulateSeed(seed)
    },
    60_000,
  )

  it('meet every kind of fault', async () => {
    const met = new Set<string>()
    for (let seed = 0; seed < 60; seed += 1) {
      const { trace } = await simulateSeed(seed)
      for (const line of trace) met.add(/FAULT (.*) from step/.exec(line)?.[1] ?? '')
    }
    expect(met).toEqual(new Set([...faultKinds, '']))
  }, 120_000)

  it('are the same, byte for byte, for the same seed', async () => {
    for (const seed of [3, 4, 5, 143]) {
      const [once, again] = [await simulateSeed(seed), await simulateSeed(seed)]
      expect(again.trace).toEqual(once.trace)
      expect(again.fingerprint).toBe(once.fingerprint)
    }
  }, 60_000)

  it('give what a computation without an engine gives', async () => {
    for (let variant = 0; variant < variants; variant += 1) {
      const { job: described, inputs: given } = simulationOf(variant, new Chance(variant))
      if (described.name !== 'windows') continue
      const records = given['visits']!
      const visits = records.flatMap(({ value, at = 0 }) => (value === undefined ? [] : [{ ...value, at }]))
      const rows = await expectedOf(variant)
      const byTime = totalsOf(visits, ({ time }) => time, 1_000)
      const byArrival = totalsOf(visits, (visit) => (visit as Visit & { at: number }).at, 1_000)
      expect([byTime, byArrival]).toContainEqual(rows['rows'])
      expect(rows['copies']!.toSorted()).toEqual(visits.map(({ id }) => id).toSorted())
      expect(rows['refused']!.toSorted()).toEqual(
        records.flatMap(({ undecodable = [] }) => undecodable).toSorted(),
      )
    }
  }, 120_000)
})

describe('a simulation that fails', () => {
  it('names the seed and the fewest faults that still fail', async () => {
    // The numbers are in no checkpoint: after a crash they begin anew.
    const numbers = operatorStep<string, number>({
      verb: 'number',
      create: ({ emit }) => {
        let number = 0
        return {
          process: (_word, timestamp) => {
            number += 1
            emit(number, timestamp)
          },
        }
      },
    })
    const numbered = job('numbered', ({ from }) =>
      from('words', none()).pipe(numbers, sinkTo('numbers', collectSink())),
    )
    const many = { words: Array.from({ length: 20 }, (_, index) => ({ value: `word ${index}` })) }
    const failing = await failureOf(simulate(numbered, { seed: 5, inputs: many, faults: ['crash', 'slow'] }))
    expect(failing.code).toBe('SIMULATION_FAILED')
    expect(failing.happened).toMatch(
      /^seed 5: sink numbers shows \d+ .*; with (?:crash|slow) from step \d+ on \(\d+ ms\)\. Its last steps:\n\d+ \+\d+ /s,
    )
  })

  it('says so without any fault if the job is wrong by itself', async () => {
    const failing = simulate(words, { seed: 1, inputs, expected: { lengths: [4, 4, 7] } })
    await expect(failing).rejects.toThrow(
      'seed 1: sink lengths shows 6 1 times, which a run without faults shows 0 times; without any fault',
    )
  })

  it('is refused for a source that the job does not have', async () => {
    await expect(simulate(words, { seed: 1, inputs: { wrods: [] } })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    })
  })
})
