import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'
import { fail, put, readAll, succeed, textOf } from './raw-call.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-kinesis-'))
})
afterEach(() => rmSync(data, { recursive: true }))

interface Acknowledged {
  readonly text: string
  readonly SequenceNumber: string
  readonly ShardId: string
}

describe('a server that is killed', () => {
  let server: ChildProcess | undefined
  afterEach(() => server?.kill('SIGKILL'))

  test.each([
    ['in one segment', 0],
    ['in segments that are sealed one after the other', 6000],
  ])(
    'has every acknowledged record exactly once and in order, and goes on after them, %s',
    async (_, padding) => {
      const started = await startProcess()
      await succeed(started, 'CreateStream', { StreamName: 'orders', ShardCount: 3 })
      const acknowledged = await putUntilKilled(started, ' '.repeat(padding))
      expect(acknowledged.length).toBeGreaterThan(1000)

      const restarted = await startProcess()
      const more = await put(restarted, 'orders', ['after 1', 'after 2', 'after 3'])
      for (const shard of [0, 1, 2]) {
        const records = await readAll(restarted, 'orders', shard)
        const numbers = records.map(({ SequenceNumber }) => BigInt(SequenceNumber))
        expect(numbers).toEqual(numbers.toSorted((a, b) => (a < b ? -1 : 1)))
        expect(new Set(records.map(textOf)).size).toBe(records.length)
        const stored = new Map(records.map((record) => [record.SequenceNumber, textOf(record)]))
        const promised = [
          ...acknowledged,
          ...more.map((one, index) => ({ ...one, text: `after ${index + 1}` })),
        ]
        for (const { SequenceNumber, ShardId, text } of promised) {
          if (ShardId.endsWith(String(shard))) expect(stored.get(SequenceNumber)).toBe(text)
        }
      }
    },
  )

  async function startProcess(): Promise<string> {
    const file = fileURLToPath(new URL('server-process.ts', import.meta.url))
    server = fork(file, [data], { execArgv: ['--import', 'tsx'] })
    const [endpoint] = (await once(server, 'message')) as [string]
    return endpoint
  }

  /** Four clients put without a pause; the server is killed in the middle of it. */
  async function putUntilKilled(endpoint: string, padding: string): Promise<Acknowledged[]> {
    const acknowledged: Acknowledged[] = []
    const client = async (name: number) => {
      for (let call = 0; ; call++) {
        const texts = Array.from({ length: 50 }, (_, index) => `${name} ${call} ${index}${padding}`)
        const answers = await put(endpoint, 'orders', texts, (text) => text.trim()).catch(() => undefined)
        if (answers === undefined) return
        acknowledged.push(...answers.map((answer, index) => ({ ...answer, text: texts[index] as string })))
        if (acknowledged.length > 3000) server?.kill('SIGKILL')
      }
    }
    await Promise.all([client(0), client(1), client(2), client(3)])
    return acknowledged
  }
})

describe('a data folder', () => {
  const now = Date.UTC(2026, 0, 1)
  const open = (ms = now) => startLocalKinesis({ data, clock: { now: () => ms } })
  const segmentsOf = (shard: number) => {
    const folder = join(data, 'stream-1', `shard-${shard}`)
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
  }
  const within = async <T>(work: (endpoint: string) => Promise<T>, ms?: number): Promise<T> => {
    const kinesis = await open(ms)
    try {
      return await work(kinesis.endpoint)
    } finally {
      await kinesis.close()
    }
  }
  const texts = async (ms?: number) => (await within((at) => readAll(at, 'orders', 0), ms)).map(textOf)
  const putTexts = (...all: string[]) => within((at) => put(at, 'orders', all))

  beforeEach(() => within((at) => succeed(at, 'CreateStream', { StreamName: 'orders', ShardCount: 1 })))

  test('keeps streams and numbers over restarts, even if the clock goes back', async () => {
    const [first] = await putTexts('one')
    const [second] = await within((at) => put(at, 'orders', ['two']), now - 86_400_000)
    expect(BigInt(second!.SequenceNumber)).toBeGreaterThan(BigInt(first!.SequenceNumber))
    expect(await texts()).toEqual(['one', 'two'])
    await within((at) => succeed(at, 'DeleteStream', { StreamName: 'orders' }))
    const { StreamNames } = await within((at) => succeed(at, 'ListStreams', {}))
    expect(StreamNames).toEqual([])
    expect(readdirSync(data)).toEqual([])
  })

  test('takes any sound name for a stream', async () => {
    for (const StreamName of ['..', '.', 'A', 'a', 'con', '-']) {
      await within((at) => succeed(at, 'CreateStream', { StreamName, ShardCount: 1 }))
    }
    const { StreamNames } = await within((at) => succeed(at, 'ListStreams', {}))
    expect(StreamNames).toEqual(['-', '.', '..', 'A', 'a', 'con', 'orders'])
  })

  test('loses only what was torn, wherever the write stopped', async () => {
    await putTexts('one', 'two')
    const file = segmentsOf(0)[0]!
    const sound = statSync(file).size
    await putTexts('torn')
    const whole = readFileSync(file)
    for (let size = sound; size < whole.length; size++) {
      writeFileSync(file, whole.subarray(0, size))
      expect(await texts()).toEqual(['one', 'two'])
      expect(statSync(file).size).toBe(sound)
    }
    writeFileSync(file, Buffer.concat([whole.subarray(0, sound), Buffer.alloc(4096)]))
    expect(await texts()).toEqual(['one', 'two'])
    await putTexts('three')
    expect(await texts()).toEqual(['one', 'two', 'three'])
  })

  test('begins anew in a segment that was torn in its first bytes', async () => {
    await putTexts('torn')
    truncateSync(segmentsOf(0)[0]!, 5)
    expect(await texts()).toEqual([])
    await putTexts('one')
    expect(await texts()).toEqual(['one'])
  })

  test('refuses damage in the middle and says where', async () => {
    await putTexts('one')
    const file = segmentsOf(0)[0]!
    const second = statSync(file).size
    await putTexts('two')
    await putTexts('three')
    const whole = readFileSync(file)
    const ends = [second, second + 4, second + 8, second + 12, second + 29]
    for (const at of ends) {
      const damaged = Buffer.from(whole)
      damaged[at]! ^= 0x10
      writeFileSync(file, damaged)
      const opening = open()
      await expect(opening).rejects.toMatchObject({ code: 'LOCAL_STORE_CORRUPT', where: { file } })
      await expect(opening).rejects.toThrow(`at byte ${second}`)
    }
    writeFileSync(file, whole)
    expect(await texts()).toEqual(['one', 'two', 'three'])
  })

  test('refuses a file that is no segment, and a description that is none', async () => {
    await putTexts('one')
    const file = segmentsOf(0)[0]!
    const backup = join(data, 'backup')
    cpSync(file, backup)
    writeFileSync(file, 'something else entirely')
    await expect(open()).rejects.toMatchObject({ code: 'LOCAL_STORE_CORRUPT', where: { file } })
    cpSync(backup, file)
    const description = join(data, 'stream-1', 'stream.json')
    appendFileSync(description, '}')
    await expect(open()).rejects.toMatchObject({ code: 'LOCAL_STORE_CORRUPT', where: { file: description } })
  })

  test('sweeps up what an unfinished creation or deletion left', async () => {
    cpSync(join(data, 'stream-1'), join(data, 'unfinished-2'), { recursive: true })
    cpSync(join(data, 'stream-1'), join(data, 'deleted-3'), { recursive: true })
    await within(async () => {})
    expect(readdirSync(data)).toEqual(['stream-1'])
  })

  test('reads many segments, also after a restart', async () => {
    const big = 'x'.repeat(700_000)
    const sent: string[] = []
    await within(async (at) => {
      for (let call = 0; call < 6; call++) {
        const batch = [0, 1, 2, 3, 4, 5, 6].map((index) => `${call} ${index} ${big}`)
        await put(at, 'orders', batch, () => 'k')
        sent.push(...batch.map((text) => text.slice(0, 10)))
      }
    })
    expect(segmentsOf(0).length).toBeGreaterThanOrEqual(6)
    expect((await texts()).map((text) => text.slice(0, 10))).toEqual(sent)
    rmSync(segmentsOf(0)[3]!)
    await expect(open()).rejects.toThrow('is missing')
  })

  test('fails what it cannot write, and goes on as if it had never been sent', async () => {
    const folder = join(data, 'stream-1', 'shard-0')
    await within(async (at) => {
      rmSync(folder, { recursive: true })
      const record = { Data: btoa('lost'), PartitionKey: 'k' }
      const answer = await succeed(at, 'PutRecords', { StreamName: 'orders', Records: [record, record] })
      const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'Internal Service Failure.' }
      expect(answer).toEqual({ FailedRecordCount: 2, Records: [refused, refused] })
      const error = await fail(at, 'PutRecord', { StreamName: 'orders', ...record })
      expect(error).toMatchObject({ status: 500, type: 'InternalFailureException' })
      mkdirSync(folder)
      await put(at, 'orders', ['one'])
      expect((await readAll(at, 'orders', 0)).map(textOf)).toEqual(['one'])
    })
    expect(await texts()).toEqual(['one'])
  })

  test('serves one server at a time', async () => {
    const first = await open()
    await expect(open()).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: { file: join(data, 'lock') },
    })
    await Promise.all([first.close(), first.close()])
    writeFileSync(join(data, 'lock'), '2147483646')
    const second = await open()
    await second.close()
  })
})
