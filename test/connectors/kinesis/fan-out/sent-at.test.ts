import { describe, expect, it } from 'vitest'
import { acceptedTime, sentAt } from '../../../../connectors/kinesis/fan-out/sent-at.ts'

const unknown = { sentAfter: undefined }

describe('the time at which an event was sent', () => {
  it('begins with that of the subscription, by the clock of the service', () => {
    expect(acceptedTime(400, 1_000, 5_000).shown).toBe(5_000)
    expect(acceptedTime(400, 1_000, undefined).shown).toBe(400)
  })

  it('goes on with ours, up to when the event cannot have been sent', () => {
    const accepted = acceptedTime(400, 1_000, 5_000)
    expect(sentAt(accepted, { sentAfter: 3_000 }, 9_000).shown).toBe(7_000)
    expect(sentAt(accepted, unknown, 18_000).shown).toBe(7_000)
    expect(sentAt(accepted, unknown, 9_000).shown).toBe(5_000)
  })

  it('never goes back', () => {
    const later = sentAt(acceptedTime(400, 1_000, 5_000), { sentAfter: 3_000 }, 3_000)
    expect(sentAt(later, { sentAfter: 2_000 }, 9_000)).toEqual(later)
    expect(sentAt(later, unknown, 19_000).shown).toBe(8_000)
  })

  it('does not follow our clock when it is set to another time', () => {
    const hour = 3_600_000
    const before = sentAt(acceptedTime(400, 1_000, 5_000), { sentAfter: 6_000 }, 6_000)
    expect(sentAt(before, { sentAfter: 6_000 + hour }, 6_000 + hour).shown).toBe(before.shown + 10_000)
    const after = sentAt(before, { sentAfter: 6_000 - hour }, 6_000 - hour)
    expect(after.shown).toBe(before.shown)
  })
})
