import { describe, expect, test } from 'vitest'
import { isDue, isFull } from '../../../../connectors/delivery/objects/roll-policy.ts'

const policy = { sizeBytes: 100, ageMs: 60 }
const open = { rows: 3, lastRow: 12, sizeBytes: 99, openedAt: 1000, publishedTo: undefined }

describe('a file is finished', () => {
  test('when its rows weigh enough', () => {
    expect(isFull(open, policy)).toBe(false)
    expect(isFull({ ...open, sizeBytes: 100 }, policy)).toBe(true)
  })

  test('at a checkpoint when it is old enough, and at the last one', () => {
    expect(isDue(open, 1059, false, policy)).toBe(false)
    expect(isDue(open, 1060, false, policy)).toBe(true)
    expect(isDue(open, 1000, true, policy)).toBe(true)
  })

  test('never without rows', () => {
    const empty = { ...open, rows: 0, sizeBytes: 0 }
    expect(isFull(empty, { ...policy, sizeBytes: 0 })).toBe(false)
    expect(isDue(empty, 5000, true, policy)).toBe(false)
  })

  test('exactly where it ended when it was published before', () => {
    const replayed = { ...open, sizeBytes: 1000, publishedTo: 13 }
    expect(isFull(replayed, policy)).toBe(false)
    expect(isDue(replayed, 5000, false, policy)).toBe(false)
    expect(isFull({ ...replayed, lastRow: 13 }, policy)).toBe(true)
  })
})
