import { job, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { kinesisSource } from '../../connectors/kinesis/index.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { made } from '../connectors/kinesis/keyed-texts.ts'
import { SmallEngine } from '../connectors/kinesis/small-engine.ts'
import { hookedStore } from '../runtime/hooked.ts'
import { quiet, until } from '../runtime/until.ts'

let stream: EmbeddedStream
afterEach(() => stream.close())

describe('a start at latest', () => {
  test('never loses what comes between the first start and the first read, whatever crashes in between', async () => {
    stream = await EmbeddedStream.start(2)
    await stream.put(...made(10, 1000))
    stream.now += 1000
    const engine = new SmallEngine(stream, 'latest')
    await engine.discover()
    engine.checkpoint()
    for (let start = 0; start < 3; start += 1) {
      stream.now += 60_000
      await stream.put(...made(10, start * 10))
      await engine.crash()
      await engine.discover()
    }
    await engine.drain()
    expect([...engine.read].sort()).toEqual(made(30).sort())
  })

  test('is never read from before it is durable', async () => {
    stream = await EmbeddedStream.start(1)
    const rows = collectSink<string>()
    const [decoded, decodedBeforeDurable]: [string[], number[]] = [[], []]
    let published = 0
    let writes = 0
    const slow = hookedStore(memoryStore(), async (step) => {
      if (step !== 'writeOnce' || published > 0) return
      writes += 1
      stream.now += 1000
      await stream.put(`k ${writes}`)
      await quiet(200)
      decodedBeforeDurable.push(decoded.length)
    })
    const source = kinesisSource({
      ...{ stream: stream.name, endpoint: stream.kinesis.endpoint, startAt: 'latest' },
      decode: (data) => {
        decoded.push(Buffer.from(data).toString())
        return decoded.at(-1)!
      },
    })
    const described = job('tailing', ({ from }) => from('orders', source).pipe(sinkTo('rows', rows)))
    const running = run(described, { checkpoints: slow, clock: stream.clock })
    running.checkpoints$.subscribe(() => {
      published += 1
    })
    await until(() => decoded.length > 0, 1_000_000)
    running.stop()
    await running
    expect(writes).toBeGreaterThan(1)
    expect(decodedBeforeDurable.every((count) => count === 0)).toBe(true)
    expect(rows.rows).toContain(`k ${writes}`)
  })
})
