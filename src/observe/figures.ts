/** A count with thousands separators: `1,203,441`. */
export function countText(count: number): string {
  return Math.round(count)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A length of time in at most two units: `350ms`, `42s`, `4m 12s`, `3h 12m`, `2d 3h`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${seconds % 60}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)}h ${minutes % 60}m`
  const hours = Math.floor(minutes / 60)
  return `${Math.floor(hours / 24)}d ${hours % 24}h`
}

/** An instant of event time to the second, in UTC. What lies beyond all dates is the beginning or the end. */
export function instantText(at: number): string {
  if (Math.abs(at) > 8.64e15) return at > 0 ? 'the end of time' : 'the beginning of time'
  return `${new Date(at).toISOString().slice(0, -5)}Z`
}

/** A fraction as a whole percentage that says 100 % only when nothing is missing. */
export function percentText(fraction: number): string {
  return `${Math.floor(fraction * 100)}%`
}
