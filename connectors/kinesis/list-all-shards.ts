import type { KinesisApi, ListedShard, ShardFilter } from './kinesis-api.ts'

type Persist = <R>(call: (signal: AbortSignal) => Promise<R>) => Promise<R>

/** The shards of a stream from all pages of the listing. */
export async function listAllShards(
  api: KinesisApi,
  filter: ShardFilter,
  persist: Persist,
): Promise<ListedShard[]> {
  const shards: ListedShard[] = []
  for (let next: string | undefined, first = true; first || next !== undefined; first = false) {
    const request = next === undefined ? { filter } : { next }
    const page: Awaited<ReturnType<KinesisApi['listShards']>> = await persist((signal) =>
      api.listShards(request, signal),
    )
    shards.push(...page.shards)
    next = page.next
  }
  return shards
}
