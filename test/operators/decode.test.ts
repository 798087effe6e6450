import { type FailedRecord, job, json, ndjson, run, type Stream } from 'millrace'
import { decode, encode, flatMap, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { expect, it } from 'vitest'
import { failureOf } from '../runtime/failed.ts'
import { impatientClock } from '../runtime/impatient-clock.ts'

const bodies = ['1\n2\n', '{', '3'].map((text, index) => ({
  value: new Uint8Array(Buffer.from(text)),
  arrivalTime: index,
}))

function decoding(
  onError: 'fail' | ((failed: Stream<FailedRecord>) => ReturnType<ReturnType<typeof sinkTo>>),
) {
  const out = collectSink<string>()
  const described = job(
    'decoding',
    ({ from }) =>
      from('bodies', listSource({ s: bodies })).pipe(
        decode(ndjson<number>()),
        flatMap((values) => values),
        encode(json()),
        decode((data) => Buffer.from(data).toString()),
        sinkTo('out', out),
      ),
    { onError },
  )
  return { out, running: run(described, { checkpoints: memoryStore(), clock: impatientClock() }) }
}

it('decodes and encodes inside a job', async () => {
  const dead = collectSink<FailedRecord>()
  const { out, running } = decoding((failed) => failed.pipe(sinkTo('dead', dead)))
  await running
  expect(out.rows).toEqual(['1', '2', '3'])
  expect(dead.rows).toMatchObject([
    { code: 'RECORD_UNDECODABLE', operator: 'bodies/decode-1', where: { sequenceNumber: '1' } },
  ])
})

it('ends the job at what does not decode, unless it says otherwise', async () => {
  const failure = await failureOf(decoding('fail').running)
  expect(failure.code).toBe('RECORD_UNDECODABLE')
  expect(failure.message).toContain('ndjson: line 1: ')
})
