import type { LocalStream } from '../streams/local-stream.ts'

/** When a change of shards happens: after every record that the stream has, even if the clock went back. */
export function reshardingTime(stream: LocalStream, now: number): number {
  return stream.open.reduce((latest, { log }) => Math.max(latest, log.lastArrivalMs), now)
}
