import { job, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { Sink, SinkContext } from '../../src/contract/sink.ts'
import { eventsOf } from './failed.ts'
import { pagedSource } from './paged-source.ts'
import { quiet, until } from './until.ts'

/** Room for one fetch at a time, which only a commit makes again. */
function narrowSink(): { sink: Sink<number>; rows: readonly number[]; context: () => SinkContext } {
  const collect = collectSink<number>()
  let context: SinkContext | undefined
  const open: Sink<number>['open'] = async (given, restored) => {
    context = given
    const writer = await collect.open(given, restored)
    let room: { promise: Promise<void>; resolve: () => void } | undefined
    return {
      ...writer,
      write: (values, timestamps) => {
        writer.write(values, timestamps)
        room = withResolve()
        given.requestCheckpoint()
      },
      ready: () => room?.promise,
      commit: async (committables, permit) => {
        await writer.commit(committables, permit)
        room?.resolve()
        room = undefined
      },
    }
  }
  return { sink: { description: collect.description, open }, rows: collect.rows, context: () => context! }
}

function withResolve() {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}

const pages = [
  { values: [1], behindMs: 1 },
  { values: [2], behindMs: 1 },
  { values: [3], behindMs: 1 },
]

describe('a sink that asks for a checkpoint', () => {
  it('gets one before its time, so a sink that makes room by commits alone never stands', async () => {
    const { sink, rows } = narrowSink()
    const source = pagedSource({ s: { pages: [...pages, { values: [4], finished: true }] } })
    const described = job('narrow', ({ from }) => from('numbers', source).pipe(sinkTo('out', sink)))
    // Time stands: no checkpoint would come by itself.
    await run(described, { checkpoints: memoryStore(), clock: manualClock() })
    expect(rows).toEqual([1, 2, 3, 4])
  })

  it('gets another one when it asks while one is under way', async () => {
    const { sink, context, rows } = narrowSink()
    const source = pagedSource({ s: { pages: [{ values: [1], behindMs: 1 }] } })
    const described = job('narrow', ({ from }) => from('numbers', source).pipe(sinkTo('out', sink)))
    const running = run(described, { checkpoints: memoryStore(), clock: manualClock() })
    const events = eventsOf(running)
    const checkpoints = () => events.filter(({ kind }) => kind === 'checkpoint').length
    await until(() => rows.length === 1)
    await quiet()
    const before = checkpoints()
    context().requestCheckpoint()
    // The first of these two is begun, the others are one more.
    await Promise.resolve()
    context().requestCheckpoint()
    context().requestCheckpoint()
    await quiet()
    expect(checkpoints() - before).toBeGreaterThanOrEqual(1)
    expect(checkpoints() - before).toBeLessThanOrEqual(2)
    running.stop()
    await running
  })
})
