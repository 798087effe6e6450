import { job, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { eventsOf } from '../runtime/failed.ts'
import { hookedSink, type SinkHooks } from '../runtime/hooked.ts'
import { type PagedOptions, pagedSource } from '../runtime/paged-source.ts'
import { quiet, until } from '../runtime/until.ts'

const minute = 60_000

/** Two splits of three pages; what hangs is for the test to say. */
function watched(options: PagedOptions, hooks: SinkHooks = {}, finished = true) {
  const clock = manualClock()
  const pages = [{ values: [1], behindMs: 1 }, { values: [2] }, { values: [3], finished }]
  const source = pagedSource({ a: { pages }, b: { pages } }, options)
  const sink = collectSink<number>()
  const described = job('watched', ({ from }) =>
    from('numbers', source).pipe(sinkTo('out', hookedSink(sink, hooks))),
  )
  const running = run(described, { checkpoints: memoryStore(), clock, random: () => 0 })
  const events = eventsOf(running)
  const stalls = () => events.filter((event) => event.kind === 'stalled')
  /** Lets minutes pass in steps in which everything else has its turn. */
  const pass = async (minutes: number) => {
    for (let passed = 0; passed < minutes * 4; passed += 1) {
      clock.advance(minute / 4)
      await quiet(10)
    }
  }
  return { clock, running, events, stalls, pass, sink }
}

describe('a fetch that never settles', () => {
  it('never leaves its shard stuck without a word: it is told, and the shard alone goes on with another reader', async () => {
    let late = (): void => {}
    const fetches: string[] = []
    let hung = false
    const { running, events, stalls, pass, sink } = watched({
      fetchWithinMs: 5 * minute,
      onFetch: async (split, page) => {
        fetches.push(`${split}${page}`)
        if (`${split}${page}` !== 'a1' || hung) return
        hung = true
        await new Promise<void>((resolve) => {
          late = resolve
        })
      },
    })
    await until(() => fetches.includes('b2'))
    await pass(4)
    expect(stalls()).toEqual([])
    await pass(2)
    expect(stalls()).toEqual([
      expect.objectContaining({
        source: 'numbers',
        split: 'a',
        clock: 'fetched',
        position: '0',
        state: 'reading',
        readerReplaced: true,
      }),
    ])
    late()
    const { metrics } = await running
    expect(metrics.restarts).toBe(0)
    expect(metrics.counters['numbers.stalled']).toBe(1)
    expect(events.some(({ kind }) => kind === 'restarting')).toBe(false)
    expect([...sink.rows].sort()).toEqual([1, 1, 2, 2, 3, 3])
    expect(fetches.filter((fetch) => fetch === 'a1')).toHaveLength(2)
  })

  it('is no stall for a source that may fetch for as long as it likes', async () => {
    const { running, stalls, pass } = watched({ onFetch: () => new Promise(() => {}) })
    await pass(30)
    expect(stalls()).toEqual([])
    running.stop()
    await running
  })

  it('never fails the job once it was given up, however late it fails', async () => {
    let fail = (_error: Error): void => {}
    let hung = false
    const { running, stalls, pass } = watched({
      fetchWithinMs: minute,
      onFetch: (split, page) => {
        if (`${split}${page}` !== 'b0' || hung) return
        hung = true
        return new Promise<void>((_, reject) => {
          fail = reject
        })
      },
    })
    await pass(2)
    expect(stalls()).toHaveLength(1)
    fail(new Error('too late'))
    expect((await running).metrics.restarts).toBe(0)
  })
})

it('a sink without room is never taken for a stall', async () => {
  let room = (): void => {}
  const { running, stalls, pass } = watched(
    { fetchWithinMs: minute },
    {
      ready: () =>
        new Promise<void>((resolve) => {
          room = resolve
        }),
    },
  )
  await pass(20)
  expect(stalls()).toEqual([])
  running.stop()
  room()
  await running
})

it('a checkpoint that hangs is never silent, and changes nothing about the readers', async () => {
  let stages = 0
  let go = (): void => {}
  const stage = () => {
    stages += 1
    if (stages !== 2) return
    return new Promise<void>((resolve) => {
      go = resolve
    })
  }
  const { running, stalls, pass } = watched({}, { stage }, false)
  await pass(4)
  expect(stalls()).toEqual([])
  await pass(4)
  expect(stalls().map(({ split, clock, readerReplaced }) => [split, clock, readerReplaced])).toEqual([
    ['a', 'acknowledged', false],
    ['b', 'acknowledged', false],
  ])
  go()
  running.stop()
  await running
})
