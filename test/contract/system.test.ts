import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/contract/system.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

async function isOver(sleep: Promise<void>): Promise<boolean> {
  return Promise.race([sleep.then(() => true), Promise.resolve().then(() => Promise.resolve(false))])
}

describe('a sleep', () => {
  it('is over in time, not before', async () => {
    const sleep = systemClock.sleep(1_000)
    vi.advanceTimersByTime(999)
    expect(await isOver(sleep)).toBe(false)
    vi.advanceTimersByTime(1)
    await sleep
  })

  it('of a month is not over at once', async () => {
    const sleep = systemClock.sleep(30 * 86_400_000)
    vi.advanceTimersByTime(86_400_000)
    expect(await isOver(sleep)).toBe(false)
  })

  it('is over when it is aborted, and leaves no timer behind', async () => {
    const abort = new AbortController()
    const sleep = systemClock.sleep(1_000, abort.signal)
    abort.abort()
    await sleep
    await systemClock.sleep(1_000, abort.signal)
    expect(vi.getTimerCount()).toBe(0)
  })
})
