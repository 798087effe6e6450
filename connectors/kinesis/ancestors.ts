import type { ListedShard } from './kinesis-api.ts'

/** The shards that come before others, as far as a listing goes back. */
export function ancestorsOf(ids: Iterable<string>, listed: readonly ListedShard[]): ReadonlySet<string> {
  const parents = new Map(listed.map((shard) => [shard.id, shard.parents]))
  const found = new Set<string>()
  const left = [...ids]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    for (const parent of parents.get(id) ?? []) {
      if (found.has(parent)) continue
      found.add(parent)
      left.push(parent)
    }
  }
  return found
}
