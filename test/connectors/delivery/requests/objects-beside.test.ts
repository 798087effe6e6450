import { deliverySink, type ErrorRecord, jsonLines, parquet } from 'millrace/connectors/delivery'
import { expect, test } from 'vitest'
import type { CommitPermit } from '../../../../src/contract/sink.ts'
import { sinkContext } from '../../../contract/sink-context.ts'
import { HastyClock } from '../hasty-clock.ts'
import { idsOfContent } from '../objects/lake.ts'
import { kept } from '../objects/layered-store.ts'
import { memoryDestination } from '../objects/memory-destination.ts'
import { ScriptedDestination } from '../scripted-destination.ts'

const permit = { epoch: 1, generation: 1 } as CommitPermit
const text = 'x'.repeat(250)

interface Row {
  readonly id: number
  readonly hour: number
  readonly text: string
}

/** Five hours of 6,000 rows each. */
const steps = Array.from({ length: 5 }, (_, hour) =>
  Array.from({ length: 6_000 }, (_, index): Row => ({ id: hour * 6_000 + index, hour, text })),
)
const isRefused = (id: number) => id % 5 === 0

/** A destination that refuses every fifth row for good. */
function refusing() {
  const scripted = new ScriptedDestination()
  scripted.answer = ({ records }) => {
    const ids = records.map(({ data }) => Number(Buffer.from(data).toString()))
    const refused = [...ids.keys()].filter((index) => isRefused(ids[index]!))
    return { refused: refused.map((index) => ({ index, code: 'No', message: text })), again: [] }
  }
  const limits = { records: 500, bytes: 2 ** 20, recordBytes: 100 }
  return { ...scripted.to({ limits }), encode: ({ id }: Row) => ({ data: Buffer.from(`${id}`) }) }
}

test('sinks beside a delivery may have rows on disk, wherever the run is killed', async () => {
  const [rows, letters] = [memoryDestination(), memoryDestination()]
  const sink = deliverySink<Row>({
    to: refusing(),
    backup: deliverySink<Row>({
      to: rows.destination,
      format: parquet({ id: 'int32', hour: 'int32', text: 'string' }),
      partitionBy: ({ hour }) => ({ hour: `${hour}` }),
      completeAt: ({ hour }) => Number(hour) + 1,
      memory: '1MiB',
    }),
    errors: deliverySink<ErrorRecord>({ to: letters.destination, format: jsonLines(), memory: '1MiB' }),
  })
  const counts = new Map<string, number>()
  const count = (name: string, by = 1) => void counts.set(name, (counts.get(name) ?? 0) + by)
  let { staged } = await kept({ committables: [], state: { schema: 0, parts: [] } })
  let started = false
  const open = async () => {
    const context = sinkContext({ clock: new HastyClock(), count })
    const writer = await sink.open(context, started ? staged.state : undefined)
    await writer.commit(staged.committables, permit)
    return writer
  }
  let writer = await open()
  for (const [hour, step] of steps.entries()) {
    writer.write(
      step,
      step.map(() => hour),
    )
    writer.watermark?.(hour)
    // A run that dies before its checkpoint is published, and one that dies after it and before it commits.
    await kept(await writer.stage(false))
    await writer.close()
    writer = await open()
    writer.write(
      step,
      step.map(() => hour),
    )
    writer.watermark?.(hour)
    staged = (await kept(await writer.stage(false))).staged
    started = true
    await writer.close()
    writer = await open()
  }
  for (let left = true; left; ) {
    staged = (await kept(await writer.stage(true))).staged
    await writer.commit(staged.committables, permit)
    left = writer.unsettled === true
  }
  await writer.close()

  expect(counts.get('backup.spills')).toBeGreaterThan(0)
  expect(counts.get('errors.spills')).toBeGreaterThan(0)
  const files = [...rows.published].filter(([name]) => name.endsWith('.parquet'))
  const ids = await Promise.all(files.map(([, content]) => idsOfContent(content)))
  expect(ids.flat().sort((a, b) => a - b)).toEqual(steps.flat().map(({ id }) => id))
  expect([...rows.published.keys()].filter((name) => /_SUCCESS/.test(name))).toHaveLength(steps.length)
  const isData = ([name]: [string, Buffer]) => !name.startsWith('_')
  const lines = [...letters.published]
    .filter(isData)
    .flatMap(([, content]) => content.toString().trim().split('\n'))
  const refused = lines.map((line) =>
    Number(Buffer.from((JSON.parse(line) as ErrorRecord).rawData, 'base64').toString()),
  )
  expect(refused.sort((a, b) => a - b)).toEqual(steps.flat().flatMap(({ id }) => (isRefused(id) ? [id] : [])))
})
