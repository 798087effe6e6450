import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { job, json, run } from 'millrace'
import { createStream, kinesisSource, putRecords } from 'millrace/connectors/kinesis'
import { startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { sinkTo } from 'millrace/operators'
import { collectSink, memoryStore } from 'millrace/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endProcesses, millrace } from '../millrace-process.ts'
import { type Flight, flights } from './flights.ts'

const example = fileURLToPath(new URL('../../examples/02-late-flights.ts', import.meta.url))
const input = flights(3_000)

interface Late {
  readonly route: string
  readonly date: number
  readonly delay: number
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-example-'))
})
afterAll(() => {
  endProcesses()
  rmSync(folder, { recursive: true, force: true })
})

const textOf = ({ route, date, delay }: Late) => `${route} ${date} ${delay}`
const expected = input
  .filter(({ delay }) => delay > 15)
  .map(({ origin, destination, date, delay }: Flight) => `${origin}-${destination} ${date} ${delay}`)

describe('the example from stream to stream', () => {
  it('puts what a plain filter gives where the job runs, and its plan says what a reader must do', async () => {
    const { endpoint, close } = await startLocalKinesis()
    await createStream({ stream: 'flights', endpoint, shards: 2 })
    await createStream({ stream: 'late-flights', endpoint, shards: 3 })
    const recordOf = (flight: Flight) => ({
      data: Buffer.from(JSON.stringify(flight)),
      partitionKey: flight.origin,
    })
    await putRecords(input.map(recordOf), { stream: 'flights', endpoint })
    const { code, err } = await millrace(
      ['run', example, '--endpoint', endpoint, '--until', 'caught-up'],
      folder,
    )
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })

    const rows = collectSink<Late>()
    const late = kinesisSource({
      ...{ stream: 'late-flights', endpoint, startAt: 'trim-horizon', dropRepeats: true },
      decode: json<Late>(),
    })
    await run(
      job('reading', ({ from }) => from('late', late).pipe(sinkTo('rows', rows))),
      { checkpoints: memoryStore(), until: 'caught-up' },
    )
    expect(rows.rows.map(textOf).sort()).toEqual(expected.sort())
    await close()
    expect((await millrace(['plan', example])).out).toContain('dropRepeats gets each exactly once')
  })
})
