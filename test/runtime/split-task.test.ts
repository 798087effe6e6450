import { describe, expect, it } from 'vitest'
import { SplitTask } from '../../src/runtime/split-task.ts'
import { enumerate, type Page } from './paged-source.ts'
import { quiet } from './until.ts'

const split = { id: 's', parents: [] }

async function fetchedTask(...pages: Page<number>[]) {
  const fetches: number[] = []
  const enumerator = enumerate(
    { s: { pages } },
    {
      onFetch: (_, page) => {
        fetches.push(page)
      },
    },
  )
  const task = new SplitTask(split, 'numbers/s', undefined, enumerator.read(split, undefined))
  const next = async () => {
    if (task.drained) {
      task.prefetch(
        () => {},
        () => {},
      )
    }
    await quiet(3)
  }
  await next()
  return { task, fetches, next }
}

describe('a split task', () => {
  it('is drained before a fetch and once that is taken, not in between', async () => {
    const { task, fetches, next } = await fetchedTask({ values: [1] }, { values: [2] })
    await next()
    await next()
    expect(fetches).toEqual([0])
    task.take()
    await next()
    expect(fetches).toEqual([0, 1])
  })

  it('moves its position when a fetch is taken, not before', async () => {
    const { task } = await fetchedTask({ values: [1] })
    expect(task.position).toBeUndefined()
    task.take()
    expect(task.position).toEqual({ after: '0' })
  })

  it.each([
    ['idle when it is caught up and empty', { behindMs: 0 }, true],
    ['not idle when it is empty but behind', { behindMs: 1 }, false],
    ['not idle when it brings records', { values: [1], behindMs: 0 }, false],
    ['not idle when it has come to its end', { behindMs: 0, finished: true }, false],
  ])('is %s', async (_what, page, idle) => {
    const { task } = await fetchedTask(page)
    task.take()
    expect(task.idle).toBe(idle)
  })

  it('counts records, bytes, and how far behind it was at first', async () => {
    const { task, next } = await fetchedTask(
      { values: [1, 2], undecodable: ['bad'], behindMs: 9 },
      { values: [3], behindMs: 4 },
    )
    task.take()
    await next()
    task.take()
    expect(task).toMatchObject({ records: 4, bytes: 3, firstBehindMs: 9, behindMs: 4, caughtUp: false })
  })
})
