import { expect, test } from 'vitest'
import type { KnownShard } from '../../../connectors/kinesis/lineage.ts'
import { missesNothingUntil } from '../../../connectors/kinesis/stream-facts.ts'

const shard = (kind: KnownShard['kind']) => ({ id: 'shardId-000000000006', kind }) as KnownShard
const since = { start: { kind: 'trim-horizon' }, wantedSince: 1_000 } as const

test('of a shard that was never read nothing is missed until it was created, or the job wanted it', () => {
  expect(missesNothingUntil(shard('root'), since, undefined, true)).toBe(1_000)
  expect(missesNothingUntil(shard('root'), since, 500_000, true)).toBe(440_000)
  expect(missesNothingUntil(shard('child'), since, 500_000, false)).toBe(440_000)
})

test('a child of which nothing tells its time may have had records for long if a checkpoint has it', () => {
  expect(missesNothingUntil(shard('child'), since, undefined, false)).toBeUndefined()
  expect(missesNothingUntil(shard('child'), since, undefined, true)).toBe(1_000)
})
