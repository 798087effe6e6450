import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type LocalKinesis, startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { iteratorOf, put, readAll, succeed, textOf } from './raw-call.ts'

const hour = 3_600_000

describe.each(['in memory', 'on disk'])('records %s', (where) => {
  let now: number
  let data: string
  let kinesis: LocalKinesis
  const start = () =>
    startLocalKinesis({ ...(where === 'on disk' ? { data } : {}), clock: { now: () => now } })
  const texts = async () =>
    (await readAll(kinesis.endpoint, 'orders', 0)).map((one) => textOf(one).slice(0, 8))

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1)
    data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
    kinesis = await start()
    await succeed(kinesis.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })
  })
  afterEach(async () => {
    await kinesis.close()
    rmSync(data, { recursive: true })
  })

  test('are gone after 24 hours, each in its turn', async () => {
    await put(kinesis.endpoint, 'orders', ['one'])
    now += hour
    await put(kinesis.endpoint, 'orders', ['two'])
    now += 23 * hour
    expect(await texts()).toEqual(['one', 'two'])
    now += 1
    expect(await texts()).toEqual(['two'])
    now += hour
    expect(await texts()).toEqual([])
    await put(kinesis.endpoint, 'orders', ['three'])
    expect(await texts()).toEqual(['three'])
  })

  test('that are gone are skipped by an iterator of their sequence number', async () => {
    const [one] = await put(kinesis.endpoint, 'orders', ['one'])
    now += 25 * hour
    await put(kinesis.endpoint, 'orders', ['two'])
    const iterator = await iteratorOf(kinesis.endpoint, 'orders', 0, {
      ShardIteratorType: 'AT_SEQUENCE_NUMBER',
      StartingSequenceNumber: one!.SequenceNumber,
    })
    expect((await readAll(kinesis.endpoint, 'orders', 0, iterator)).map(textOf)).toEqual(['two'])
  })

  test('leave room, and numbers go on after all of them are gone', async () => {
    const big = 'x'.repeat(1_000_000)
    let last = 0n
    const putBig = async (name: string) => {
      const texts = [1, 2, 3, 4, 5].map((n) => `${name} ${n}    ${big}`)
      const answers = await put(kinesis.endpoint, 'orders', texts, () => name)
      const numbers = answers.map(({ SequenceNumber }) => BigInt(SequenceNumber))
      expect(numbers[0]!).toBeGreaterThan(last)
      last = numbers.at(-1)!
    }
    for (const name of ['aa', 'bb', 'cc']) await putBig(name)
    now += 48 * hour
    expect(await texts()).toEqual([])
    if (where === 'on disk') {
      const segments = readdirSync(join(data, 'stream-1', 'shard-0')).filter((name) => name.endsWith('.log'))
      expect(segments).toHaveLength(1)
      await kinesis.close()
      kinesis = await start()
      expect(await texts()).toEqual([])
    }
    await putBig('dd')
    expect(await texts()).toEqual([1, 2, 3, 4, 5].map((n) => `dd ${n}    `))
  })
})
