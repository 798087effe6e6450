import { beforeEach, describe, expect, test } from 'vitest'
import type {
  CommitPermit,
  Guarantee,
  Sink,
  SinkContext,
  SinkWriter,
  Staged,
} from '../../src/contract/sink.ts'
import type { Snapshot } from '../../src/contract/snapshot.ts'

/** A destination of its own for one test, and what it shows to its readers. */
export interface SinkUnderTest<T> {
  readonly sink: Sink<T>
  readonly context: SinkContext
  /** What it promises to any reader, if only those see each row once that know rows again. Default: exactly once. */
  readonly guarantee?: Guarantee
  /** The rows that a reader of the destination sees now, in any order: one that knows rows again, if it takes that. */
  visible(): Promise<readonly T[]>
}

const permit = { epoch: 1, generation: 1 } as CommitPermit

/** As a checkpoint gives it back. */
function stored(staged: Staged): Staged {
  const parts = staged.state.parts.map((part) => Uint8Array.from(part))
  return {
    committables: JSON.parse(JSON.stringify(staged.committables)),
    state: { schema: staged.state.schema, parts },
  }
}

/** What every exactly-once sink promises, and every sink whose rows a reader can know again. `row(n)` gives the same row for the same number at every call. */
export function sinkContract<T>(
  name: string,
  make: () => SinkUnderTest<T>,
  row: (n: number) => T,
  idOf: (row: T) => number,
): void {
  describe(`${name} as a sink`, () => {
    let tested: SinkUnderTest<T>
    beforeEach(() => {
      tested = make()
    })
    const open = (restored?: Snapshot) => tested.sink.open(tested.context, restored)
    const ids = async () => (await tested.visible()).map(idOf).sort((a, b) => a - b)
    const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

    async function write(writer: SinkWriter<T>, from: number, to: number): Promise<void> {
      for (let n = from; n < to; n++) {
        await writer.ready()
        writer.write([row(n)], [n])
      }
    }

    test('it describes its guarantee and says why', () => {
      const { kind, detail, guarantee, because } = tested.sink.description
      expect(guarantee).toBe(tested.guarantee ?? 'exactly-once')
      expect([kind, detail, because]).not.toContain('')
    })

    test('nothing is visible before a commit, everything after the last one', async () => {
      const writer = await open()
      await write(writer, 0, 500)
      const staged = await writer.stage(true)
      expect(await ids()).toEqual([])
      await writer.commit(staged.committables, permit)
      expect(await ids()).toEqual(range(0, 500))
      await writer.close()
    })

    test('committables survive JSON and may be committed again, by this writer and by the next', async () => {
      const writer = await open()
      await write(writer, 0, 500)
      const { committables, state } = stored(await writer.stage(true))
      await writer.commit(committables, permit)
      await writer.commit(committables, permit)
      await writer.close()
      const next = await open(state)
      await next.commit(committables, permit)
      await next.close()
      expect(await ids()).toEqual(range(0, 500))
    })

    test('rows that are written while a checkpoint is staged are not in it', async () => {
      const writer = await open()
      await write(writer, 0, 300)
      const staging = writer.stage(false)
      writer.write(range(300, 400).map(row), range(300, 400))
      const { committables, state } = stored(await staging)
      await writer.close()

      const next = await open(state)
      await next.commit(committables, permit)
      await write(next, 300, 600)
      await next.commit((await next.stage(true)).committables, permit)
      await next.close()
      expect(await ids()).toEqual(range(0, 600))
    })

    test('a crash after any number of checkpoints, before or after the commit, changes nothing', async () => {
      const step = 100
      for (const committed of [true, false]) {
        for (let crashAt = 1; crashAt <= 5; crashAt++) {
          tested = make()
          let writer = await open()
          for (let checkpoint = 1; checkpoint <= 5; checkpoint++) {
            await write(writer, (checkpoint - 1) * step, checkpoint * step)
            const { committables, state } = stored(await writer.stage(checkpoint === 5))
            if (committed || checkpoint !== crashAt) await writer.commit(committables, permit)
            if (checkpoint !== crashAt) continue
            // The crash: rows after the checkpoint are lost with the writer, and come again.
            if (checkpoint < 5) await write(writer, checkpoint * step, checkpoint * step + 50)
            await writer.close()
            writer = await open(state)
            await writer.commit(committables, permit)
          }
          await writer.close()
          expect(await ids()).toEqual(range(0, 5 * step))
        }
      }
    })

    test('staged rows whose checkpoint was never published are not seen, also when they come again', async () => {
      const writer = await open()
      await write(writer, 0, 200)
      const kept = stored(await writer.stage(false))
      await writer.commit(kept.committables, permit)
      await write(writer, 200, 400)
      await writer.stage(true)
      await writer.close()

      const next = await open(kept.state)
      await next.commit(kept.committables, permit)
      await write(next, 200, 400)
      await next.commit((await next.stage(true)).committables, permit)
      await next.close()
      expect(await ids()).toEqual(range(0, 400))
    })

    test('closing makes nothing visible', async () => {
      const writer = await open()
      await write(writer, 0, 500)
      await writer.stage(true)
      await writer.close()
      expect(await ids()).toEqual([])
    })

    test('a checkpoint without rows has no committables and can be restored', async () => {
      const writer = await open()
      const { committables, state } = stored(await writer.stage(false))
      expect(committables).toEqual([])
      await writer.close()
      const next = await open(state)
      expect((await next.stage(true)).committables).toEqual([])
      await next.close()
    })

    test('state that did not change keeps its parts', async () => {
      const writer = await open()
      await write(writer, 0, 50)
      const before = await writer.stage(false)
      await write(writer, 50, 52)
      const after = await writer.stage(false)
      await writer.close()
      const same = after.state.parts.filter((part) => before.state.parts.includes(part))
      expect(same.length).toBeGreaterThan(0)
    })
  })
}
