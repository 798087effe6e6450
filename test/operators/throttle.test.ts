import { job, run } from 'millrace'
import { sinkTo, throttle } from 'millrace/operators'
import { collectSink, listSource, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { quiet, until } from '../runtime/until.ts'

/** Twelve records, three a fetch, at three a second; `passed` is how many are through. */
function throttled() {
  const clock = manualClock()
  const values = Array.from({ length: 12 }, (_, value) => ({ value, arrivalTime: 0 }))
  const out = collectSink<number>()
  const described = job(
    'slow',
    ({ from }) =>
      from('numbers', listSource({ s: values }, { perFetch: 3 })).pipe(
        throttle({ records: 3, per: '1s' }),
        sinkTo('out', out),
      ),
    { checkpoint: { every: '1ms' } },
  )
  const running = run(described, { checkpoints: memoryStore(), clock, random: () => 0 })
  const advance = async (ms: number) => {
    clock.advance(ms)
    await quiet()
  }
  return { clock, out, running, advance }
}

describe('throttle', () => {
  it('has reading wait as long as what has passed may take, and drops nothing', async () => {
    const { out, running, advance } = throttled()
    const begun = () => advance(1)
    await quiet()
    await begun()
    expect(out.rows).toHaveLength(3)
    for (const passed of [6, 9]) {
      await advance(900)
      expect(out.rows).toHaveLength(passed - 3)
      await advance(99)
      await begun()
      await begun()
      expect(out.rows).toHaveLength(passed)
    }
    await advance(1000)
    await advance(1000)
    await running
    expect(out.rows).toEqual(Array.from({ length: 12 }, (_, value) => value))
  })

  it('does not hold up a job that is told to stop', async () => {
    const { out, running, advance } = throttled()
    await quiet()
    await advance(1)
    await until(() => out.rows.length === 3)
    running.stop()
    expect((await running).outcome).toBe('stopped')
    expect(out.rows).toHaveLength(3)
  })

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is refused with %s records', (records) => {
    expect(() => throttle({ records })).toThrow('is no rate')
  })
})
