import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { consoleOutput } from 'millrace/connectors/console'
import { deliverySink } from 'millrace/connectors/delivery'
import { expect, test } from 'vitest'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'

const permit = { epoch: 1, generation: 1 } as CommitPermit

async function print(to: Writable, rows: readonly object[]) {
  const sink = deliverySink({ to: consoleOutput<object>({ to }), retry: { for: '3s' } })
  const writer = await sink.open(sinkContext({ clock: new HastyClock() }), undefined)
  writer.write(rows, [])
  const committing = writer.commit((await writer.stage(true)).committables, permit)
  return committing.finally(() => writer.close())
}

test('rows are printed as lines, in their order, to a reader that is slow', async () => {
  const to = new PassThrough({ highWaterMark: 16 })
  const rows = Array.from({ length: 2500 }, (_, n) => ({ n, line: 'a\nb' }))
  const printing = print(to, rows).then(() => to.end())
  expect(await text(to)).toBe(rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
  await printing
})

test('a stream that cannot be written fails the sink', async () => {
  const to = new Writable({
    write: (_chunk, _encoding, done) => done(new Error('closed')),
    autoDestroy: false,
  })
  await expect(print(to, [{ n: 1 }])).rejects.toThrow('DESTINATION_UNAVAILABLE')
})
