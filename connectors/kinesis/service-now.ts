/**
 * The time of the service's clock: our own if it is within the second that the service's answer names, else the
 * service's. A start "from now on" must not lie in its future, which it would refuse, nor miss records.
 */
export function serviceNow(own: number, serverTime: number | undefined): number {
  if (serverTime === undefined || (own >= serverTime && own < serverTime + 1000)) return own
  return serverTime
}
