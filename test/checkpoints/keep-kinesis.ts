import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PutRecordsCommand } from '@aws-sdk/client-kinesis'
import { folderStore, job, json, run, systemClock } from 'millrace'
import { createStream, kinesisSource } from 'millrace/connectors/kinesis'
import { startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { keyBy, process, sinkTo, valueState } from 'millrace/operators'
import { collectSink } from 'millrace/testing'
import { connect } from '../../connectors/kinesis/connect.ts'
import { inNewFolder } from './keep.ts'

const stream = 'kept'
const keptAt = Date.UTC(2001, 0, 1)

/** A job that reads a stream. Nothing in it may ever change: checkpoints of it are kept. */
function visits() {
  const sink = collectSink<string>()
  const source = kinesisSource({ stream, startAt: 'trim-horizon', decode: json<{ page: string }>() })
  const described = job('visits', ({ from }) =>
    from('visits', source).pipe(
      keyBy((visit) => visit.page),
      process('counts', {
        state: { seen: valueState(0) },
        *onRecord(_, { key, state }) {
          state.seen.value += 1
          yield `${key} ${state.seen.value}`
        },
      }),
      sinkTo('out', sink),
    ),
  )
  return { described, sink }
}

/** A time that goes on from where the stream was kept: its records have not expired, and never will. */
function clockFrom(start: number) {
  const begun = systemClock.now()
  return { now: () => start + systemClock.now() - begun, sleep: systemClock.sleep }
}

async function put(endpoint: string, from: number, to: number): Promise<void> {
  const { client, close } = connect({ endpoint }, stream)
  const Records = Array.from({ length: to - from }, (_, index) => ({
    Data: Buffer.from(JSON.stringify({ page: `page-${(from + index) % 7}` })),
    PartitionKey: `page-${(from + index) % 7}`,
  }))
  await client.send(new PutRecordsCommand({ StreamName: stream, Records }))
  close()
}

/** Reads a part of a stream, puts more, and leaves checkpoint and stream in a folder. */
export async function keepStream(folder: string): Promise<void> {
  const clock = clockFrom(keptAt)
  const kinesis = await startLocalKinesis({ data: join(folder, 'kinesis'), clock })
  const { endpoint } = kinesis
  try {
    await createStream({ stream, endpoint, shards: 2, clock: systemClock, random: () => 0.5 })
    await put(endpoint, 0, 40)
    const checkpoints = folderStore(join(folder, 'checkpoints'))
    const running = run(visits().described, { checkpoints, endpoint, clock })
    running.events$.subscribe(({ kind }) => kind === 'caught-up' && running.stop())
    await running
    await put(endpoint, 40, 70)
  } finally {
    await kinesis.close()
  }
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(await goOnReading(folder), undefined, 1)}\n`)
}

/** Goes on from a kept checkpoint to the end of its stream, on a copy. */
export function goOnReading(kept: string): Promise<readonly string[]> {
  return inNewFolder(async (folder) => {
    cpSync(kept, folder, { recursive: true })
    const clock = clockFrom(keptAt + 3_600_000)
    const kinesis = await startLocalKinesis({ data: join(folder, 'kinesis'), clock })
    try {
      const { described, sink } = visits()
      const checkpoints = folderStore(join(folder, 'checkpoints'))
      await run(described, { checkpoints, endpoint: kinesis.endpoint, clock, until: 'caught-up' })
      return sink.rows.filter((row) => row !== undefined).toSorted()
    } finally {
      await kinesis.close()
    }
  })
}

export function rowsExpectedOf(kept: string): readonly string[] {
  return JSON.parse(readFileSync(join(kept, 'expected.json'), 'utf8'))
}
