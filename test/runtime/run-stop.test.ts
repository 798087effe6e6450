import { job, MillraceError, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { Source } from '../../src/contract/source.ts'
import { eventsOf } from './failed.ts'
import { hookedSink, type SinkHooks } from './hooked.ts'
import { type Page, type PagedOptions, pagedSource } from './paged-source.ts'
import { quiet, until } from './until.ts'

const pages: Page<number>[] = [
  { values: [1, 2], behindMs: 1 },
  { values: [3] },
  { values: [4], finished: true },
]

function copying(source: Source<number>, hooks: SinkHooks = {}) {
  const sink = collectSink<number>()
  const described = job('copying', ({ from }) =>
    from('numbers', source).pipe(sinkTo('out', hookedSink(sink, hooks))),
  )
  return { described, sink }
}

const stepwise = (onFetch: PagedOptions['onFetch'] = () => {}) => pagedSource({ s: { pages } }, { onFetch })
const never = () => new Promise<void>(() => {})
const options = () => ({ checkpoints: memoryStore(), clock: manualClock(), random: () => 0 })

describe('stop()', () => {
  it('while a fetch is under way commits what was handed over, and the next run reads on', async () => {
    const { described, sink } = copying(stepwise((_, page) => (page === 2 && !again ? never() : undefined)))
    let again = false
    const shared = options()
    const running = run(described, shared)
    await quiet()
    expect(sink.rows).toEqual([])
    running.stop()
    running.stop()
    expect(await running).toMatchObject({ outcome: 'stopped', metrics: { records: 3 } })
    expect(sink.rows).toEqual([1, 2, 3])
    running.stop()
    again = true
    expect(await run(described, shared)).toMatchObject({ outcome: 'finished', metrics: { records: 1 } })
    expect(sink.rows).toEqual([1, 2, 3, 4])
  })

  it('while the job backs off ends it there', async () => {
    const { described, sink } = copying(
      stepwise((_, page) => {
        if (page === 1 && !again) throw new MillraceError('SOURCE_UNREACHABLE', 'nobody answers')
      }),
    )
    let again = false
    const shared = options()
    const running = run(described, shared)
    const events = eventsOf(running)
    await until(() => events.some(({ kind }) => kind === 'restarting'))
    running.stop()
    expect((await running).outcome).toBe('stopped')
    expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(1)
    again = true
    await run(described, shared)
    expect(sink.rows).toEqual([1, 2, 3, 4])
  })

  it('while a sink cannot be opened tells the checkpoint at which the next run continues', async () => {
    const { described } = copying(stepwise(), {
      open: () => {
        throw new MillraceError('SINK_FAILED', 'no such folder')
      },
    })
    const running = run(described, options())
    const events = eventsOf(running)
    await until(() => events.some(({ kind }) => kind === 'restarting'))
    running.stop()
    expect(await running).toMatchObject({ outcome: 'stopped', epoch: 1 })
  })

  it('while a source connects ends the wait for it', async () => {
    const source: Source<number> = {
      ...stepwise(),
      open: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    }
    const running = run(copying(source).described, options())
    await quiet()
    running.stop()
    expect((await running).outcome).toBe('stopped')
  })

  it('while a sink has no room neither waits for it nor loses what it holds', async () => {
    let full = false
    const { described, sink } = copying(stepwise(), {
      write: () => {
        full = true
      },
      ready: () => (full ? never() : undefined),
    })
    const running = run(described, options())
    await quiet()
    running.stop()
    expect(await running).toMatchObject({ outcome: 'stopped', metrics: { records: 2 } })
    expect(sink.rows).toEqual([1, 2])
  })

  it('during a checkpoint waits for it and takes another', async () => {
    let finish = () => {}
    const { described, sink } = copying(
      stepwise((_, page) => (page === 2 ? never() : undefined)),
      {
        stage: async () => {
          staged += 1
          if (staged !== 2) return
          await new Promise<void>((resolve) => {
            finish = resolve
          })
        },
      },
    )
    let staged = 0
    const { clock, ...others } = options()
    const running = run(described, { clock, ...others })
    const events = eventsOf(running)
    await quiet()
    clock.advance(10_000)
    await until(() => staged === 2)
    running.stop()
    await quiet()
    expect(events.at(-1)).toEqual({ kind: 'stopping' })
    finish()
    const { epoch } = await running
    expect(events.flatMap((event) => (event.kind === 'checkpoint' ? event.checkpoint.epoch : []))).toEqual([
      2, 3, 4,
    ])
    expect(epoch).toBe(4)
    expect(sink.rows).toEqual([1, 2, 3])
  })

  it('before the job has begun ends it before it has read', async () => {
    const { described, sink } = copying(stepwise())
    const running = run(described, options())
    running.stop()
    expect((await running).outcome).toBe('stopped')
    expect(sink.rows).toEqual([])
  })
})

describe('back-pressure', () => {
  it('stops reading while a sink has no room, takes checkpoints, and drops nothing', async () => {
    let room: (() => void) | undefined
    let full = true
    const fetched: number[] = []
    const { described, sink } = copying(
      stepwise((_, page) => {
        fetched.push(page)
      }),
      {
        ready: () =>
          full
            ? new Promise<void>((resolve) => {
                room = resolve
              })
            : undefined,
      },
    )
    const { clock, ...others } = options()
    const running = run(described, { clock, ...others })
    const events = eventsOf(running)
    await until(() => room !== undefined)
    clock.advance(10_000)
    await until(() => events.filter(({ kind }) => kind === 'checkpoint').length === 2)
    expect(fetched).toEqual([0])
    full = false
    room?.()
    expect((await running).outcome).toBe('finished')
    expect(sink.rows).toEqual([1, 2, 3, 4])
  })
})

describe("until: 'caught-up'", () => {
  it('ends once every split has been found at its end, children included', async () => {
    const { described, sink } = copying(
      pagedSource(
        {
          parent: {
            pages: [
              { values: [1], behindMs: 5 },
              { values: [2], finished: true },
            ],
          },
          left: { parents: ['parent'], pages: [{ values: [3], behindMs: 2 }, { values: [4] }] },
          right: { parents: ['parent'], pages: [{}] },
        },
        { ends: false },
      ),
    )
    const running = run(described, { ...options(), until: 'caught-up' })
    const events = eventsOf(running)
    expect((await running).outcome).toBe('finished')
    expect([...sink.rows].sort()).toEqual([1, 2, 3, 4])
    expect(events.filter(({ kind }) => kind === 'caught-up')).toHaveLength(1)
  })
})
