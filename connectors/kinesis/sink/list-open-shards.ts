import type { Clock } from '../../../src/contract/clock.ts'
import { MillraceError } from '../../../src/errors.ts'
import { firstHole } from '../hash-range.ts'
import type { KinesisApi, ListedShard } from '../kinesis-api.ts'
import { pauseAfterLook } from '../late-listing.ts'
import { listAllShards } from '../list-all-shards.ts'

/**
 * The shards that are open. A listing may lag: it has closed a shard already, and does not show its children yet. Then
 * nobody knows where the records in between go, so it is asked for again.
 *
 * @throws MillraceError `SINK_FAILED` if for a minute no listing covers all hash keys.
 */
export async function listOpenShards(
  api: Pick<KinesisApi, 'listShards'>,
  persist: <R>(call: (signal: AbortSignal) => Promise<R>) => Promise<R>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly ListedShard[]> {
  for (let look = 1; ; look++) {
    const listed = await listAllShards(api, 'open', persist)
    const hole = firstHole(listed.map(({ range }) => range))
    if (hole === undefined) return listed
    const pauseMs = pauseAfterLook(look)
    if (pauseMs === undefined) {
      const happened = `no open shard is listed for hash keys ${hole.start} to ${hole.end}`
      throw new MillraceError('SINK_FAILED', happened)
    }
    await clock.sleep(pauseMs, signal)
    signal.throwIfAborted()
  }
}
