import { describe, expect, it } from 'vitest'
import type { Fetched, SplitEnumerator } from '../../src/contract/source.ts'
import { nextSplit } from '../../src/runtime/next-split.ts'
import { SourceTask } from '../../src/runtime/source-task.ts'
import { quiet } from './until.ts'

const mib = 2 ** 20

/** Splits whose every fetch weighs as much as it is told, and that count the fetches which were asked for. */
function weighing(splits: number, sizeBytes: number, rests: readonly number[] = [0]) {
  const asked: string[] = []
  const fetched: Fetched<number> = {
    values: [1],
    arrivalTimes: [0],
    positionOf: () => '',
    undecodable: [],
    position: { after: '0' },
    sizeBytes,
    behindMs: 1,
    serverTime: 0,
    finished: false,
  }
  let ids = Array.from({ length: splits }, (_, index) => `split-${index}`)
  const enumerator: SplitEnumerator<number> = {
    discover: async () => {},
    discoverEveryMs: 1000,
    exhausted: false,
    takeReadable: () => {
      const taken = ids.map((id) => ({ id, parents: [] }))
      ids = []
      return taken
    },
    read: ({ id }) => {
      let fetches = 0
      return {
        fetch: async () => {
          asked.push(id)
          return { ...fetched, restBytes: rests[fetches++ % rests.length]! }
        },
        close: () => {},
      }
    },
    finished: () => [],
    snapshot: () => null,
    close: async () => {},
  }
  const task = new SourceTask('weighing', enumerator, undefined, {
    pushBatch: () => {},
    push: () => {},
    pushUndecodable: undefined,
    progress: [],
    onReady: () => {},
    onError: () => {},
  })
  task.openReadable()
  return { task, asked }
}

describe('what is fetched ahead', () => {
  it('stays within 256 MiB over all splits, where an unknown fetch counts as 10 MiB', async () => {
    const { task, asked } = weighing(100, 10 * mib)
    task.prefetch()
    expect(asked).toHaveLength(25)
    await quiet()
    task.prefetch()
    expect(asked).toHaveLength(25)
    task.handOver(nextSplit([task])!.task)
    task.prefetch()
    expect(asked).toHaveLength(26)
  })

  it('is more splits once they are known to bring little', async () => {
    const { task, asked } = weighing(100, 1000)
    for (let turn = 0; turn < 5; turn += 1) {
      task.prefetch()
      await quiet()
    }
    expect(asked).toHaveLength(100)
  })

  it('counts what readers have taken in besides, which is brought before anybody reads on', async () => {
    const { task, asked } = weighing(26, 2 * mib, [8 * mib, 6 * mib, 0])
    task.prefetch()
    await quiet()
    expect(asked).not.toContain('split-25')
    task.handOver(nextSplit([task])!.task)
    task.prefetch()
    await quiet()
    expect(asked.slice(25)).toEqual(['split-0'])
    for (let handed = 0; handed < 4; handed += 1) task.handOver(nextSplit([task])!.task)
    task.prefetch()
    expect(asked.slice(26).sort()).toEqual(['split-1', 'split-2', 'split-25', 'split-3', 'split-4'])
  })

  it('is one split at least, however much it brings', async () => {
    const { task, asked } = weighing(1, 500 * mib)
    for (let turn = 1; turn <= 3; turn += 1) {
      task.prefetch()
      await quiet()
      expect(asked).toHaveLength(turn)
      task.handOver(nextSplit([task])!.task)
    }
  })
})
