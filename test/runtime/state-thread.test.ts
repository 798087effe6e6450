import type { Worker } from 'node:worker_threads'
import { job, run } from 'millrace'
import { keyBy, process as processKeyed, sinkTo, valueState } from 'millrace/operators'
import { collectSink, listSource, memoryStore, testJob } from 'millrace/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'

const threads: Worker[] = []
const ended: number[] = []
const onWorker = (worker: Worker) => {
  threads.push(worker)
  worker.on('exit', (code) => ended.push(code))
}
beforeEach(() => void process.on('worker', onWorker))
afterEach(() => void process.off('worker', onWorker))

/** State of a megabyte and more. */
const records = Array.from({ length: 50_000 }, (_, n) => ({
  value: { key: `a key of number ${n}`, n },
  arrivalTime: 0,
}))

const seen = job('seen', ({ from }) =>
  from('records', listSource({ a: records })).pipe(
    keyBy(({ key }) => key),
    processKeyed('sum', {
      state: { sum: valueState(0) },
      *onRecord({ n }, { state }) {
        state.sum.value += n
        if (n % 10_000 === 0) yield state.sum.value
      },
    }),
    sinkTo('out', collectSink<number>()),
  ),
)

test('a job has a thread that writes large state, which ends with it', async () => {
  const result = await run(seen, { checkpoints: memoryStore() })
  expect(result.outcome).toBe('finished')
  expect(threads).toHaveLength(1)
  await expect.poll(() => ended).toHaveLength(1)
})

test('a job on a clock of its own has none: what happens must not depend on the machine', async () => {
  threads.length = 0
  const { rows } = await testJob(seen, { inputs: { records: records.map(({ value }) => value) } }).end()
  expect(rows['out']).toEqual([0, 10_000, 20_000, 30_000, 40_000])
  expect(threads).toHaveLength(0)
})
