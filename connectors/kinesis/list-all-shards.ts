import type { KinesisApi, ListedShard, ShardFilter } from './kinesis-api.ts'

type Persist = <R>(call: (signal: AbortSignal) => Promise<R>) => Promise<R>

/** A page may be waited for, under throttles, longer than the token that leads to it lives. */
const mostListings = 5

/** The shards of a stream from all pages of the listing, which begins again if its token expires on the way. */
export async function listAllShards(
  api: Pick<KinesisApi, 'listShards'>,
  filter: ShardFilter,
  persist: Persist,
): Promise<ListedShard[]> {
  for (let listing = 1; ; listing++) {
    try {
      return await allPages(api, filter, persist)
    } catch (error) {
      const expired = error instanceof Error && error.name === 'ExpiredNextTokenException'
      if (!expired || listing === mostListings) throw error
    }
  }
}

async function allPages(
  api: Pick<KinesisApi, 'listShards'>,
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
