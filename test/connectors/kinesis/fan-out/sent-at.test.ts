import { describe, expect, it } from 'vitest'
import { acceptedTime, sentAt } from '../../../../connectors/kinesis/fan-out/sent-at.ts'

const unknown = { sentAfter: undefined }
const accepted = acceptedTime({ askedAt: 400, receivedAt: 1_000 }, 5_000)
/** An event that came after so long a wait. */
const waited = (receivedAt: number, ms = 5_000) => ({ askedAt: receivedAt - ms, receivedAt })

describe('the time at which an event was sent', () => {
  it('begins with that of the subscription, by the clock of the service', () => {
    expect(accepted.shown).toBe(5_000)
    expect(acceptedTime({ askedAt: 400, receivedAt: 1_000 }, undefined).shown).toBe(400)
  })

  it('goes on with ours, up to when the event cannot have been sent', () => {
    expect(sentAt(accepted, { sentAfter: 3_000 }, waited(9_000)).shown).toBe(7_000)
    expect(sentAt(accepted, unknown, waited(23_000)).shown).toBe(7_000)
    expect(sentAt(accepted, unknown, waited(9_000)).shown).toBe(5_000)
  })

  it('is not later for what lay there while the process stood still', () => {
    const first = sentAt(accepted, unknown, waited(61_000, 60_000))
    expect(first.shown).toBe(5_000)
    const second = sentAt(first, unknown, waited(61_001, 1))
    expect(second.shown).toBe(5_000)
    expect(sentAt(second, unknown, waited(66_001)).shown).toBe(15_000)
  })

  it('never goes back', () => {
    const later = sentAt(accepted, { sentAfter: 3_000 }, waited(3_000))
    expect(sentAt(later, { sentAfter: 2_000 }, waited(9_000))).toMatchObject({ shown: later.shown })
    expect(sentAt(later, unknown, waited(24_000)).shown).toBe(8_000)
  })

  it('does not follow our clock when it is set to another time', () => {
    const hour = 3_600_000
    const before = sentAt(accepted, { sentAfter: 6_000 }, waited(6_000))
    const ahead = sentAt(before, { sentAfter: 6_000 + hour }, waited(6_000 + hour))
    expect(ahead.shown).toBe(before.shown + 10_000)
    const after = sentAt(before, { sentAfter: 6_000 - hour }, waited(6_000 - hour))
    expect(after.shown).toBe(before.shown)
    const setBack = acceptedTime({ askedAt: hour, receivedAt: 0 }, 5_000)
    expect(sentAt(setBack, unknown, { askedAt: 10, receivedAt: 20 }).shown).toBe(5_000)
  })
})
