import { describe, expect, it } from 'vitest'
import { KeyedOperator } from '../../../operators/keyed/keyed-operator.ts'
import type { ProcessClock } from '../../../operators/process/current.ts'
import { listState } from '../../../operators/process/list-state.ts'
import { mapState } from '../../../operators/process/map-state.ts'
import { ProcessLogic, type StateDescriptors } from '../../../operators/process/process-logic.ts'
import { valueState } from '../../../operators/process/value-state.ts'
import type { Snapshot } from '../../../src/contract/snapshot.ts'
import { diskState, memoryState, type StateBackend } from '../../../src/contract/state-backend.ts'
import { millraceError } from '../../../src/errors.ts'
import { openStateContents } from '../../../src/state/state-contents.ts'
import { impatientClock } from '../../runtime/impatient-clock.ts'
import { settledSnapshot } from '../../state/settled-snapshot.ts'

const hour = 3_600_000
const keys = 3_000

interface Visit {
  readonly visitor: number
}

/** What each visitor did last, and when first and how often lately, each forgotten an hour later. */
function visits(clock: ProcessClock, state: StateBackend, restored?: Snapshot) {
  const ttl = { after: '1h', clock } as const
  const states: StateDescriptors = {
    last: valueState<string>(undefined, { ttl }),
    lately: listState<number>({ ttl }),
    first: mapState<string, number>({ ttl }),
  }
  const logic = new ProcessLogic(
    {
      onRecord: [
        (_visit, { timestamp, state }) => {
          const { last, lately, first } = state as {
            last: { value: string }
            lately: { add(time: number): void }
            first: { set(name: string, time: number): void }
          }
          last.value = 'came'
          lately.add(timestamp)
          first.set('came', timestamp)
          return undefined
        },
      ],
      onTimer: undefined,
      onProcessingTimer: undefined,
    },
    states,
  )
  const operator = new KeyedOperator(
    logic,
    [(visit) => (visit as Visit).visitor],
    {
      id: 'visits',
      emit: () => {},
      emitWatermark: () => {},
      sideOutput: () => undefined,
      count: () => {},
      level: () => {},
      attempt: () => undefined,
      caught: false,
      wakeAt: () => {},
      resume: (act) => act(),
      goesOn: false,
      whereIs: () => ({}),
      running: { operator: 0 },
      number: 1,
      failed: millraceError,
      refuse: (error) => {
        throw error
      },
      clock: impatientClock(),
      random: () => 0,
      log: { info: () => {}, warn: () => {} },
      signal: new AbortController().signal,
      state,
    },
    restored,
  )
  /** Time comes to this, by both clocks, with a record of a visitor. */
  const at = (time: number, visitor: number) => {
    operator.onTick!(time)
    operator.process({ visitor }, time)
    operator.onWatermark(time)
  }
  return { operator, at }
}

async function keysIn({ layers = [] }: Snapshot): Promise<number[]> {
  return [...(await openStateContents(layers)).values()].map(({ key }) => key as number)
}

describe.each([
  ['event', 'memory', memoryState()],
  ['processing', 'memory', memoryState()],
  ['event', 'disk', diskState()],
] as const)('state that nobody asks for again, by %s time, in %s', (clock, _name, backend) => {
  it('is swept a little at a time, and gone from checkpoints when its time is over', async () => {
    const { operator, at } = visits(clock, backend)
    for (let key = 0; key < keys; key += 1) at(key * 1_000, key)
    expect((await keysIn(await settledSnapshot(operator.snapshot()))).length).toBe(keys)
    const sizes: number[] = []
    for (let step = 0; step <= 10; step += 1) {
      at(hour + (step * keys * 1_000) / 10, keys)
      sizes.push((await keysIn(await settledSnapshot(operator.snapshot()))).length)
    }
    // A tenth of them with every step, and what may be late: a thousandth of the hour.
    for (const [step, size] of sizes.entries()) {
      const left = keys - (step * keys) / 10
      expect(size).toBeGreaterThanOrEqual(Math.max(1, left))
      expect(size).toBeLessThanOrEqual(left + 10)
    }
    at(2 * hour, keys)
    expect(await keysIn(await settledSnapshot(operator.snapshot()))).toEqual([keys])
  })

  it('is swept after a restart too', async () => {
    const before = visits(clock, backend)
    for (let key = 0; key < keys; key += 1) before.at(key, key)
    const after = visits(clock, backend, await settledSnapshot(before.operator.snapshot()))
    await after.operator.open()
    after.at(2 * hour, keys)
    expect(await keysIn(await settledSnapshot(after.operator.snapshot()))).toEqual([keys])
  })
})
