import { describe, expect, it } from 'vitest'
import type { SourceEntry } from '../../src/checkpoint/manifest.ts'
import type { SplitProgress } from '../../src/contract/operator.ts'
import { nextSplit } from '../../src/runtime/next-split.ts'
import { SourceTask } from '../../src/runtime/source-task.ts'
import { enumerate, type PagedOptions, type PagedSplit } from './paged-source.ts'
import { quiet } from './until.ts'

interface Setting extends PagedOptions {
  readonly restored?: SourceEntry
  readonly progress?: readonly SplitProgress[]
}

/** A source task, and what it has told the dataflow: `a opened`, `a: 1 2`, `time 5`. */
function taskOf(splits: Readonly<Record<string, PagedSplit<number>>>, setting: Setting = {}) {
  const told: string[] = []
  const failures: unknown[] = []
  const { restored, progress = [], ...options } = setting
  const task = new SourceTask(
    'numbers',
    enumerate(splits, options, (restored?.enumerator ?? []) as string[]),
    restored,
    {
      pushBatch: ({ split, values }) => told.push(`${local(split!)}: ${values.join(' ')}`),
      push: (element) =>
        told.push(
          element.kind === 'watermark'
            ? `time ${element.timestamp}`
            : `${local(element.split)} ${element.state}`,
        ),
      pushUndecodable: undefined,
      progress,
      onReady: () => {},
      onError: (error) => failures.push(error),
    },
  )
  return { task, told, failures }
}

/** Splits are told by their names among those of all sources. */
function local(split: string): string {
  return split.replace('numbers/', '')
}

/** Hands over whatever may be, until nothing may. */
async function runDown(task: SourceTask): Promise<void> {
  for (;;) {
    task.openReadable()
    task.prefetch()
    await quiet()
    const split = nextSplit([task])?.task
    if (split === undefined) return
    task.handOver(split)
  }
}

const over = { finished: true }

describe('a source task', () => {
  it('reads a split to its end before its child, and closes it once the child is open', async () => {
    const { task, told } = taskOf({
      child: { parents: ['parent'], pages: [{ values: [3], ...over }] },
      parent: {
        pages: [
          { values: [1], behindMs: 1 },
          { values: [2], ...over },
        ],
      },
    })
    await runDown(task)
    expect(told.filter((line) => !line.startsWith('time'))).toEqual([
      'parent opened',
      'parent: 1',
      'parent: 2',
      'child opened',
      'parent closed',
      'child: 3',
      'child closed',
    ])
    expect(task.ended).toBe(true)
  })

  it('opens the child of a merge only when both parents are over', async () => {
    const { task, told } = taskOf({
      a: { pages: [over] },
      b: { pages: [{ values: [1], behindMs: 5 }, { values: [2] }, over] },
      merged: { parents: ['a', 'b'], pages: [{ values: [3], ...over }] },
    })
    await runDown(task)
    const marks = told.filter((line) => !line.startsWith('time'))
    expect(marks.indexOf('merged opened')).toBeGreaterThan(marks.indexOf('b: 2'))
    expect(marks.indexOf('a closed')).toBeGreaterThan(marks.indexOf('merged opened'))
    expect(marks.indexOf('b closed')).toBeGreaterThan(marks.indexOf('merged opened'))
  })

  it('does not take the empty end of a split for quiet: its children may hold what is much older', async () => {
    const { task, told } = taskOf({
      parent: { pages: [{ serverTime: 1_000_000, ...over }] },
      child: { parents: ['parent'], pages: [{ values: [1], behindMs: 9 }] },
    })
    await runDown(task)
    expect(told.filter((line) => line.endsWith('idle'))).toEqual([])
    expect(told.filter((line) => line.startsWith('time'))).toEqual(['time -1001'])
  })

  it('lets a parent hold event time back after a restart, until its child is there', async () => {
    let listed = false
    const { task, told } = taskOf(
      {
        other: { pages: [{ values: [5], behindMs: 1 }] },
        child: { parents: ['parent'], pages: [{ values: [1], behindMs: 1 }] },
        parent: { pages: [] },
      },
      {
        restored: { enumerator: ['parent'], positions: {}, awaiting: { parent: ['child'] } },
        listed: (split) => split !== 'child' || listed,
        ends: false,
      },
    )
    await runDown(task)
    expect(told).toEqual(['parent opened', 'other opened', 'other: 5'])
    expect(task.snapshot().awaiting).toEqual({ parent: ['child'] })
    listed = true
    await runDown(task)
    expect(told.slice(3)).toEqual(['child opened', 'parent closed', 'child: 1', 'time -1001'])
  })

  it('does not wait for a child that is gone', async () => {
    const { task, told } = taskOf(
      { heir: { pages: [{ values: [1], behindMs: 1 }] }, parent: { pages: [] } },
      {
        restored: { enumerator: ['parent'], positions: {}, awaiting: { parent: ['child'] } },
        gone: (split) => split === 'child',
        ends: false,
      },
    )
    await runDown(task)
    expect(told).toEqual(['parent opened', 'heir opened', 'parent closed', 'heir: 1', 'time -1001'])
    expect(task.snapshot().awaiting).toEqual({})
  })

  it('keeps the position of a split that it has not opened yet', async () => {
    let listed = false
    const { task, told } = taskOf(
      { late: { pages: [{ values: [1] }, { values: [2] }, { values: [3] }] } },
      {
        restored: { enumerator: [], positions: { late: '1' }, awaiting: {} },
        listed: () => listed,
      },
    )
    await runDown(task)
    expect(task.snapshot().positions).toEqual({ late: '1' })
    listed = true
    await runDown(task)
    expect(told).toContain('late: 3')
    expect(told).not.toContain('late: 2')
    expect(task.snapshot().positions).toEqual({ late: '2' })
  })

  it('counts what was handed over in its position, not what was fetched', async () => {
    const { task } = taskOf({ a: { pages: [{ values: [1] }, { values: [2] }] } })
    task.openReadable()
    task.prefetch()
    await quiet()
    expect(task.snapshot().positions).toEqual({})
    task.handOver(nextSplit([task])!.task)
    task.prefetch()
    await quiet()
    expect(task.snapshot().positions).toEqual({ a: '0' })
  })

  it('gives every split its turn', async () => {
    const pages = [{ values: [1], behindMs: 1 }, { values: [2], behindMs: 1 }, { values: [3] }]
    const { task, told } = taskOf({ a: { pages }, b: { pages }, c: { pages } })
    await runDown(task)
    expect(told.filter((line) => line.includes(':')).map((line) => line[0])).toEqual([...'abcabcabc'])
  })

  it('is not caught up while a child waits to be opened', async () => {
    const { task } = taskOf({
      a: { pages: [over] },
      b: { pages: [{ values: [1] }] },
      merged: { parents: ['a', 'b'], pages: [{ values: [2], ...over }] },
    })
    await runDown(task)
    expect(task.metrics().splits).toMatchObject([{ split: 'b', behindMs: 0 }])
    expect(task.caughtUp).toBe(false)
  })
})

describe('alignment of a source task', () => {
  const by = (watermarks: Record<string, number>): SplitProgress => ({
    watermarkOf: (split) => watermarks[local(split)],
    maxDriftMs: 10,
  })
  const pages = [{ values: [1], behindMs: 1 }]

  it('pauses the split that is too far ahead', async () => {
    const { task, told } = taskOf({ a: { pages }, b: { pages } }, { progress: [by({ a: 100, b: 0 })] })
    await runDown(task)
    expect(told.filter((line) => line.includes(':'))).toEqual(['b: 1'])
    expect(task.metrics().splits).toMatchObject([
      { split: 'a', state: 'paused' },
      { split: 'b', state: 'reading' },
    ])
  })

  it('waits for no split that is caught up and empty: nothing would ever end the wait', async () => {
    const splits = { a: { pages }, b: { pages: [{ values: [], behindMs: 0 }] } }
    const { task, told } = taskOf(splits, { progress: [by({ a: 100, b: 0 })] })
    await runDown(task)
    expect(told.filter((line) => !line.startsWith('time'))).toEqual([
      'a opened',
      'b opened',
      'b idle',
      'a: 1',
    ])
  })

  it('reads on when two clocks disagree about who is ahead', async () => {
    const progress = [by({ a: 100, b: 0 }), by({ a: 0, b: 100 })]
    const { task, told } = taskOf({ a: { pages }, b: { pages } }, { progress })
    await runDown(task)
    expect(told.filter((line) => line.includes(':'))).toEqual(['a: 1'])
  })
})

describe('a source that decides at the hand-over what is handed over', () => {
  it('is asked when it is, not when it was fetched, and the rest goes no further', async () => {
    const seen = new Set<unknown>()
    const admits = (value: unknown) => !seen.has(value) && seen.add(value) !== undefined
    const pages = [
      { values: [1, 2], behindMs: 1 },
      { values: [2, 1], behindMs: 1 },
      { values: [2, 3], ...over },
    ]
    const { task, told } = taskOf({ a: { pages } }, { admits })
    task.openReadable()
    task.prefetch()
    await quiet()
    expect([...seen]).toEqual([])
    await runDown(task)
    expect(told.filter((line) => line.startsWith('a: '))).toEqual(['a: 1 2', 'a: 3'])
    expect(task.metrics().records).toBe(6)
  })
})
