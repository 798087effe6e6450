/** A stream has no more open shards than this. */
export const mostShards = 10_000
