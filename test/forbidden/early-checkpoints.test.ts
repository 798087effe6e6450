import { job, MillraceError, run } from 'millrace'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterEach, describe, expect, test } from 'vitest'
import { kinesisSource } from '../../connectors/kinesis/index.ts'
import { EmbeddedStream } from '../connectors/kinesis/embedded-stream.ts'
import { made } from '../connectors/kinesis/keyed-texts.ts'
import { hookedSink, type SinkHooks } from '../runtime/hooked.ts'

let stream: EmbeddedStream
afterEach(() => stream.close())

/** Copies the stream to a sink that fails at every second deed of a kind, as long as it is told to. */
async function copied(step: keyof SinkHooks, failures: number) {
  stream = await EmbeddedStream.start(2)
  const source = kinesisSource({
    stream: stream.name,
    endpoint: stream.kinesis.endpoint,
    startAt: 'trim-horizon',
    decode: (data) => Buffer.from(data).toString(),
  })
  const rows = collectSink<string>()
  let deeds = 0
  let failed = 0
  const hook = () => {
    deeds += 1
    if (deeds % 2 === 1 || failed === failures) return
    failed += 1
    throw new MillraceError('SINK_FAILED', 'the disk is full')
  }
  const described = job(
    'copying',
    ({ from }) => from('orders', source).pipe(sinkTo('rows', hookedSink(rows, { [step]: hook }))),
    { checkpoint: { every: '10ms' } },
  )
  // Restarts wait no time; all else takes the time that it takes.
  const { clock } = stream
  const soon = {
    ...clock,
    sleep: (ms: number, signal?: AbortSignal) => clock.sleep(Math.min(ms, 20), signal),
  }
  return {
    rows,
    start: () => run(described, { checkpoints: memoryStore(), clock: soon, until: 'caught-up' }),
  }
}

describe('a checkpoint is never stored before what it stands for is delivered', () => {
  test.each(['write', 'stage', 'commit'] as const)(
    'so a sink that fails to %s loses nothing, however often',
    async (step) => {
      const { rows, start } = await copied(step, 5)
      await stream.put(...made(500))
      const { metrics } = await start()
      expect(metrics.restarts).toBeGreaterThan(0)
      expect([...rows.rows].sort()).toEqual(made(500).sort())
    },
  )
})

test('no public call writes a position', async () => {
  const entries = await Promise.all([
    import('millrace'),
    import('millrace/operators'),
    import('millrace/connectors/kinesis'),
  ])
  const names = entries.flatMap((entry) => Object.keys(entry))
  expect(names.filter((name) => /position|seek|checkpoint$|commit|ack/i.test(name))).toEqual([])
})
