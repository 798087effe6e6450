const roundTrips = new WeakMap<object, () => Promise<number | undefined>>()

/** Notes how a connection can be asked for a sign of life, for a body that comes over it. */
export function noteRoundTrip(body: object, ask: () => Promise<number | undefined>): void {
  roundTrips.set(body, ask)
}

/**
 * Asks the other end of the connection of a body for a sign of life. Resolves with our time when it was asked: whatever
 * of the body comes in after the answer was sent after that time. With `undefined` if it was not asked, as it was just
 * before. Gives `undefined` for a connection that cannot be asked.
 */
export function roundTripOf(body: object): Promise<number | undefined> | undefined {
  return roundTrips.get(body)?.()
}
