/** How long an event may have been on its way when nothing shows when it was sent. */
const longestOnItsWayMs = 15_000

/**
 * The earliest time that the service's clock can have shown when it sent an event: the time at which it accepted the
 * subscription, and what has passed since, by our clock, up to when the event cannot have been sent yet. An event says
 * itself only that nothing older is left, not when that was so; taken for younger than it is, it would let event time
 * run ahead of records that are still on their way.
 */
export function sentAt(
  { sentAfter }: { readonly sentAfter: number | undefined },
  { acceptedAt, serverTime }: { readonly acceptedAt: number; readonly serverTime: number | undefined },
  now: number,
): number {
  const since = sentAfter ?? now - longestOnItsWayMs
  return (serverTime ?? acceptedAt) + Math.max(0, since - acceptedAt)
}
