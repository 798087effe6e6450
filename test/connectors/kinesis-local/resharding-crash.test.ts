import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { put, type RawShard, readAll, shardId, shardsOf, succeed, textOf } from './raw-call.ts'

const half = String(2n ** 127n)

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const indexOf = ({ ShardId }: RawShard) => Number(ShardId.slice(8))
const isOpen = ({ SequenceNumberRange }: RawShard) => SequenceNumberRange.EndingSequenceNumber === undefined

/** The open shards; they must cover every hash key once. */
function openOf(shards: readonly RawShard[]): RawShard[] {
  const start = ({ HashKeyRange }: RawShard) => BigInt(HashKeyRange.StartingHashKey)
  const open = shards.filter(isOpen).sort((a, b) => (start(a) < start(b) ? -1 : 1))
  let next = 0n
  for (const shard of open) {
    expect(start(shard)).toBe(next)
    next = BigInt(shard.HashKeyRange.EndingHashKey) + 1n
  }
  expect(next).toBe(2n ** 128n)
  return open
}

describe('a split that is cut short', () => {
  const data = () => join(root, 'data')
  const stream = () => join(data(), 'stream-1')

  /** What the folder holds before and after a split. */
  async function beforeAndAfter(): Promise<void> {
    const { endpoint, close } = await startLocalKinesis({ data: data() })
    await succeed(endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
    await put(endpoint, 'orders', ['one', 'two'])
    cpSync(data(), join(root, 'before'), { recursive: true })
    const split = { StreamName: 'orders', ShardToSplit: shardId(0), NewStartingHashKey: half }
    await succeed(endpoint, 'SplitShard', split)
    await close()
    cpSync(data(), join(root, 'after'), { recursive: true })
  }

  function restore(which: 'before' | 'after'): void {
    rmSync(data(), { recursive: true })
    cpSync(join(root, which), data(), { recursive: true })
  }

  /** Starts on the folder as it is, goes on working, and tells which shards were open. */
  async function openAfterStart(): Promise<number[]> {
    const { endpoint, close } = await startLocalKinesis({ data: data() })
    const open = openOf(await shardsOf(endpoint, 'orders'))
    expect((await readAll(endpoint, 'orders', 0)).map(textOf)).toEqual(['one', 'two'])
    const [again] = await put(endpoint, 'orders', ['three'])
    const index = Number(again!.ShardId.slice(8))
    expect((await readAll(endpoint, 'orders', index)).map(textOf)).toContain('three')
    const { StartingHashKey } = open[0]!.HashKeyRange
    const at = String(BigInt(StartingHashKey) + 1000n)
    const split = { StreamName: 'orders', ShardToSplit: open[0]!.ShardId, NewStartingHashKey: at }
    await succeed(endpoint, 'SplitShard', split)
    openOf(await shardsOf(endpoint, 'orders'))
    await close()
    return open.map(indexOf)
  }

  test('leaves the parent or the children open, whichever step was the last', async () => {
    await beforeAndAfter()
    const description = readFileSync(join(root, 'after', 'stream-1', 'stream.json'))
    const makeFolders = (count: number) => {
      for (let child = 1; child <= count; child += 1) mkdirSync(join(stream(), `shard-${child}`))
    }
    for (const folders of [0, 1, 2]) {
      restore('before')
      makeFolders(folders)
      expect(await openAfterStart()).toEqual([0])
    }
    for (let written = 0; written <= description.length; written += 97) {
      restore('before')
      makeFolders(2)
      writeFileSync(join(stream(), 'stream.json.new'), description.subarray(0, written))
      expect(await openAfterStart()).toEqual([0])
      expect(readdirSync(stream())).not.toContain('stream.json.new')
    }
    restore('after')
    expect(await openAfterStart()).toEqual([1, 2])
  })

  test('and what an expired shard left behind is swept up', async () => {
    await beforeAndAfter()
    restore('after')
    mkdirSync(join(stream(), 'shard-77'))
    writeFileSync(join(stream(), 'shard-77', '0000000000000001.log'), 'anything')
    await openAfterStart()
    expect(readdirSync(stream())).not.toContain('shard-77')
  })
})

describe('a server that is killed while its stream is resharded', () => {
  let server: ChildProcess | undefined
  afterEach(() => server?.kill('SIGKILL'))

  async function startProcess(): Promise<string> {
    const file = fileURLToPath(new URL('server-process.ts', import.meta.url))
    server = fork(file, [join(root, 'data')], { execArgv: ['--import', 'tsx'] })
    const [endpoint] = (await once(server, 'message')) as [string]
    return endpoint
  }

  /** Splits, merges and scales until the server is gone. Gives how many shards had been made by then. */
  async function reshardUntilKilled(endpoint: string, changes: number): Promise<number> {
    let made = 0
    for (let change = 0; ; change += 1) {
      if (change === changes) setImmediate(() => server?.kill('SIGKILL'))
      const shards = await shardsOf(endpoint, 'orders').catch(() => undefined)
      if (shards === undefined) return made
      made = Math.max(made, ...shards.map((shard) => indexOf(shard) + 1))
      await changeOne(endpoint, openOf(shards), change).catch(() => undefined)
    }
  }

  function changeOne(endpoint: string, open: RawShard[], change: number): Promise<unknown> {
    const at = change % open.length
    const { ShardId, HashKeyRange } = open[at]!
    const StreamName = 'orders'
    if (change % 5 === 4) {
      const TargetShardCount = Math.max(1, Math.min(8, open.length * 2 - (change % 3)))
      return succeed(endpoint, 'UpdateShardCount', {
        StreamName,
        TargetShardCount,
        ScalingType: 'UNIFORM_SCALING',
      })
    }
    const next = open[at + 1]
    if (open.length > 4 && next !== undefined) {
      const merge = { StreamName, ShardToMerge: ShardId, AdjacentShardToMerge: next.ShardId }
      return succeed(endpoint, 'MergeShards', merge)
    }
    const middle = (BigInt(HashKeyRange.StartingHashKey) + BigInt(HashKeyRange.EndingHashKey)) / 2n
    const split = { StreamName, ShardToSplit: ShardId, NewStartingHashKey: String(middle) }
    return succeed(endpoint, 'SplitShard', split)
  }

  async function putUntilKilled(endpoint: string, name: string, acknowledged: string[]): Promise<void> {
    for (let call = 0; ; call += 1) {
      const texts = Array.from({ length: 20 }, (_, index) => `${name} ${call} ${index}`)
      const answers = await put(endpoint, 'orders', texts, (text) => text.split(' ')[2]!).catch(
        () => undefined,
      )
      if (answers === undefined) return
      acknowledged.push(...texts)
    }
  }

  test('has at any time open shards for every key, every acknowledged change and every acknowledged record', async () => {
    const acknowledged: string[] = []
    let made = 1
    for (let life = 0; life < 5; life += 1) {
      const endpoint = await startProcess()
      if (life === 0) await succeed(endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 2 })
      openOf(await shardsOf(endpoint, 'orders'))
      const [madeNow] = await Promise.all([
        reshardUntilKilled(endpoint, 7 + life * 3),
        ...[1, 2, 3].map((client) => putUntilKilled(endpoint, `${life}.${client}`, acknowledged)),
      ])
      expect(madeNow).toBeGreaterThanOrEqual(made)
      made = madeNow
    }
    const endpoint = await startProcess()
    const shards = await shardsOf(endpoint, 'orders')
    openOf(shards)
    expect(shards.map(indexOf)).toEqual(shards.map((_, index) => index))
    expect(shards.length).toBeGreaterThanOrEqual(made)
    const stored: string[] = []
    for (const shard of shards)
      stored.push(...(await readAll(endpoint, 'orders', indexOf(shard))).map(textOf))
    expect(new Set(stored).size).toBe(stored.length)
    const found = new Set(stored)
    expect(acknowledged.length).toBeGreaterThan(500)
    expect(acknowledged.filter((text) => !found.has(text))).toEqual([])
  }, 240_000)
})
