/** How long an event may have been on its way, while this process did not stand still, when nothing shows when it was sent. */
const longestOnItsWayMs = 15_000
/** An event that takes so long to come did not lie ready when it was asked for. */
const waitedMs = 1_000
/**
 * So much time passes between two events at most. Quiet shards send one every five seconds, so more shows that our clock
 * was set, or that nobody asked for events: what is left out then is made up for by the next subscription.
 */
const longestBetweenMs = 10_000

/** What the service's clock showed, and since when, by ours, it can have gone on. */
export interface ServiceTime {
  readonly shown: number
  readonly since: number
  /** When, by our clock, no event lay ready: all that came up to then has been received. */
  readonly nothingReadyAt: number
}

/** By our clock. */
export interface Waiting {
  readonly askedAt: number
  readonly receivedAt: number
}

/** The service's time when it accepted a subscription; if it said nothing, that was no earlier than we asked. */
export function acceptedTime({ askedAt, receivedAt }: Waiting, serverTime: number | undefined): ServiceTime {
  return { shown: serverTime ?? askedAt, since: receivedAt, nothingReadyAt: Math.min(askedAt, receivedAt) }
}

/**
 * The earliest time that the service's clock can have shown when it sent an event: the time at which it accepted the
 * subscription, and what has passed since, by our clock, up to when the event cannot have been sent yet. An event says
 * itself only that nothing older is left, not when that was so; taken for younger than it is, it would let event time
 * run ahead of records that are still on their way.
 */
export function sentAt(
  before: ServiceTime,
  { sentAfter }: { readonly sentAfter: number | undefined },
  { askedAt, receivedAt }: Waiting,
): ServiceTime {
  const waited = receivedAt - askedAt >= waitedMs
  // A clock may be set back.
  const nothingReadyAt = Math.min(waited ? askedAt : before.nothingReadyAt, receivedAt)
  const since = Math.max(before.since, sentAfter ?? nothingReadyAt - longestOnItsWayMs)
  return { shown: before.shown + Math.min(longestBetweenMs, since - before.since), since, nothingReadyAt }
}
