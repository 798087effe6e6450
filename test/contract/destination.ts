import { deliverySink, type ErrorRecord, type RequestSinkOptions } from 'millrace/connectors/delivery'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RequestDestination } from '../../src/contract/request-destination.ts'
import type { CommitPermit, Guarantee, SinkWriter, Staged } from '../../src/contract/sink.ts'
import { reasons } from '../../src/errors.ts'
import type { FaultyServer } from '../connectors/delivery/faulty-server.ts'
import { HastyClock } from '../connectors/delivery/hasty-clock.ts'
import { KeptSink } from '../connectors/delivery/kept-sink.ts'
import { sinkContext } from './sink-context.ts'

/** A destination for one test, with the service behind it. */
export interface DestinationUnderTest<T> {
  readonly to: RequestDestination<T>
  readonly server: FaultyServer
  /** What it promises to any reader. */
  readonly guarantee: Guarantee
  /** Whether each record is there once: by that promise, or because the service of the tests knows ids again. */
  readonly once: boolean
  /** The numbers of the rows that the service has, each as often as it has it. */
  shown(): Promise<readonly number[]>
  /** Makes the service refuse a row for good; `undefined` if it never refuses single rows. */
  readonly refuse: ((n: number) => void) | undefined
  /** Texts that nobody may see. */
  readonly secrets: readonly string[]
}

const permit = { epoch: 1, generation: 1 } as CommitPermit
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** As a checkpoint gives it back. */
function stored({ committables, state }: Staged): Staged {
  const parts = state.parts.map((part) => Uint8Array.from(part))
  return { committables: JSON.parse(JSON.stringify(committables)), state: { schema: state.schema, parts } }
}

/** What every destination promises. `row(n)` gives the same row for the same number at every call. */
export function destinationContract<T>(
  name: string,
  start: () => Promise<DestinationUnderTest<T>>,
  row: (n: number) => T,
): void {
  describe(`${name} as a destination`, () => {
    let tested: DestinationUnderTest<T>
    let clock: HastyClock
    let errors: KeptSink<ErrorRecord>
    let logged: string[]
    const counted = new Map<string, number>()
    beforeEach(async () => {
      tested = await start()
      fresh()
    })
    afterEach(() => tested.server.close())

    function fresh(): void {
      clock = new HastyClock()
      errors = new KeptSink()
      logged = []
      counted.clear()
    }

    const context = () => {
      const keep = (...told: unknown[]) => void logged.push(JSON.stringify(told))
      const count = (counter: string, by = 1) => void counted.set(counter, (counted.get(counter) ?? 0) + by)
      return sinkContext({ clock, random: () => 0.5, log: { info: keep, warn: keep }, count })
    }
    const sinkWith = (options: Partial<RequestSinkOptions<T>> = {}) =>
      deliverySink({ to: tested.to, buffer: { interval: '0s' }, retry: { for: '30s' }, ...options } as const)
    const open = (staged?: Staged, options?: Partial<RequestSinkOptions<T>>) =>
      sinkWith(options).open(context(), staged?.state)
    const write = (writer: SinkWriter<T>, from: number, to: number) =>
      writer.write(range(from, to).map(row), range(from, to))
    const shown = async () => [...(await tested.shown())].sort((a, b) => a - b)
    const expectShown = async (numbers: readonly number[]) => {
      const all = await shown()
      expect([...new Set(all)]).toEqual(numbers)
      if (tested.once) expect(all).toEqual(numbers)
    }
    const expectNoSecrets = (...texts: readonly string[]) => {
      for (const secret of tested.secrets) expect(texts.join('\n')).not.toContain(secret)
    }

    test('it describes its guarantee and says why', () => {
      const { kind, detail, guarantee, because } = sinkWith().description
      expect(guarantee).toBe(tested.guarantee)
      expect([kind, detail, because]).not.toContain('')
      expectNoSecrets(kind, detail, because)
    })

    test('nothing goes out before a checkpoint holds it, and everything after', async () => {
      const writer = await open()
      write(writer, 0, 40)
      const staged = await writer.stage(false)
      expect(tested.server.requests).toEqual([])
      await writer.commit(staged.committables, permit)
      expect(await shown()).toEqual(range(0, 40))
      expect(counted.get('recordsDelivered')).toBe(40)
      await writer.close()
    })

    test('a commit that comes again, in this writer, sends nothing again', async () => {
      const writer = await open()
      write(writer, 0, 40)
      const { committables } = await writer.stage(true)
      await writer.commit(committables, permit)
      const { length } = tested.server.requests
      await writer.commit(committables, permit)
      expect(tested.server.requests).toHaveLength(length)
      await writer.close()
    })

    test('a kill at every step loses nothing', async () => {
      const steps = ['written', 'staged', 'published', 'sending', 'sent'] as const
      for (const killedAt of range(0, 3)) {
        for (const killedAfter of steps) {
          await tested.server.close()
          tested = await start()
          fresh()
          let published: Staged | undefined
          let writer = await open()
          for (let checkpoint = 0; checkpoint < 3; checkpoint++) {
            let dying = checkpoint === killedAt
            for (let alive = false; !alive; ) {
              alive = await tryCheckpoint(writer, checkpoint, dying ? killedAfter : undefined, (staged) => {
                published = staged
              })
              if (alive) continue
              dying = false
              await writer.close()
              writer = await open(published)
              if (published !== undefined) await writer.commit(published.committables, permit)
              // What the published checkpoint holds does not come again.
              if (killedAfter !== 'written' && killedAfter !== 'staged') alive = true
            }
          }
          await writer.close()
          await expectShown(range(0, 60))
        }
      }
    })

    /** Writes 20 rows and takes a checkpoint; `false` if it was killed on the way. */
    async function tryCheckpoint(
      writer: SinkWriter<T>,
      checkpoint: number,
      killedAfter: string | undefined,
      publish: (staged: Staged) => void,
    ): Promise<boolean> {
      write(writer, checkpoint * 20, (checkpoint + 1) * 20)
      if (killedAfter === 'written') return false
      const staged = stored(await writer.stage(checkpoint === 2))
      if (killedAfter === 'staged') return false
      publish(staged)
      if (killedAfter === 'published') return false
      if (killedAfter === 'sending') {
        tested.server.troubles = ['lost-answer']
        tested.server.trouble = 'reset'
        const committing = writer.commit(staged.committables, permit)
        committing.catch(() => {})
        await new Promise<void>((resolve) => {
          tested.server.onRequest = () => resolve()
        })
        tested.server.onRequest = () => {}
        await writer.close()
        await committing.catch(() => {})
        tested.server.troubles = []
        tested.server.trouble = undefined
        return false
      }
      await writer.commit(staged.committables, permit)
      return killedAfter !== 'sent'
    }

    test('an answer that is lost is asked for again', async () => {
      const writer = await open()
      write(writer, 0, 40)
      tested.server.troubles = ['lost-answer', 'reset', 'lost-answer']
      await writer.commit((await writer.stage(true)).committables, permit)
      await expectShown(range(0, 40))
      expect(counted.get('requestsRetried')).toBeGreaterThan(0)
      await writer.close()
    })

    test('a service that does not answer is asked again after the time that it has', async () => {
      const writer = await open()
      write(writer, 0, 5)
      tested.server.troubles = ['silent']
      let over = false
      const committing = writer.commit((await writer.stage(true)).committables, permit).finally(() => {
        over = true
      })
      for (let seen = 0, turns = 0; !over; turns++) {
        await new Promise((resolve) => setImmediate(resolve))
        if (seen !== tested.server.requests.length) turns = 0
        seen = tested.server.requests.length
        // Nothing has happened for long: whoever waits still will wait for ever.
        if (turns === 3000) clock.passLimits()
        if (turns === 3000) turns = 0
      }
      await committing
      await expectShown(range(0, 5))
      await writer.close()
    })

    test('a service that is down is waited for', async () => {
      const writer = await open()
      write(writer, 0, 40)
      tested.server.troubles = ['unavailable', 'unavailable', 'unavailable']
      await writer.commit((await writer.stage(true)).committables, permit)
      expect(await shown()).toEqual(range(0, 40))
      await writer.close()
      expectNoSecrets(...logged)
    })

    test('one that is down for too long stops the job, and gets everything when it is back', async () => {
      const writer = await open()
      write(writer, 0, 40)
      tested.server.trouble = 'unavailable'
      const staged = stored(await writer.stage(true))
      const failure = await writer.commit(staged.committables, permit).catch((error) => error)
      expect(failure).toMatchObject({ code: 'DESTINATION_UNAVAILABLE', retryable: true })
      expectNoSecrets(...reasons(failure), ...logged)
      await writer.close()
      tested.server.trouble = undefined
      const next = await open(staged)
      await next.commit(staged.committables, permit)
      await expectShown(range(0, 40))
      await next.close()
    })

    test('or its records go to the error output, if the job says so', async () => {
      const options = { errors: errors.sink, whenDown: 'errors' } as const
      const writer = await open(undefined, options)
      write(writer, 0, 5)
      tested.server.trouble = 'unavailable'
      await writer.commit((await writer.stage(false)).committables, permit)
      expect(writer.unsettled).toBe(true)
      expect(errors.rows).toEqual([])
      tested.server.trouble = undefined
      await writer.commit((await writer.stage(true)).committables, permit)
      expect(writer.unsettled).toBe(false)
      expect(await shown()).toEqual([])
      expect(errors.rows.map(({ arrivalTimestamp }) => arrivalTimestamp).sort()).toEqual(range(0, 5))
      for (const record of errors.rows) {
        expect(record.attemptsMade).toBeGreaterThan(1)
        expect(record.rawData).not.toBe('')
        expect(record.errorMessage).not.toBe('')
      }
      expectNoSecrets(JSON.stringify(errors.rows))
      await writer.close()
    })

    test('records that it refuses go to the error output, each once, and the others arrive', async ({
      skip,
    }) => {
      if (tested.refuse === undefined) skip()
      tested.refuse?.(3)
      tested.refuse?.(17)
      const options = { errors: errors.sink }
      const writer = await open(undefined, options)
      write(writer, 0, 20)
      const staged = stored(await writer.stage(false))
      await writer.commit(staged.committables, permit)
      await writer.close()
      // Killed before the next checkpoint: they are refused again.
      const next = await open(staged, options)
      await next.commit(staged.committables, permit)
      const last = await next.stage(true)
      await next.commit(last.committables, permit)
      await next.commit(last.committables, permit)
      await next.close()
      await expectShown(range(0, 20).filter((n) => n !== 3 && n !== 17))
      expect(errors.rows.map(({ arrivalTimestamp }) => arrivalTimestamp).sort((a, b) => a - b)).toEqual([
        3, 17,
      ])
      expect(errors.rows[0]).toMatchObject({ attemptsMade: 1, errorCode: expect.stringMatching(/./) })
    })

    test('without an error output a record that it refuses ends the job', async ({ skip }) => {
      if (tested.refuse === undefined) skip()
      tested.refuse?.(3)
      const writer = await open()
      write(writer, 0, 20)
      const failure = await writer
        .commit((await writer.stage(true)).committables, permit)
        .catch((error) => error)
      expect(failure).toMatchObject({ code: 'RECORD_REFUSED', retryable: false })
      expectNoSecrets(...reasons(failure))
      await writer.close()
    })

    test('what a checkpoint holds has no secrets', async () => {
      const writer = await open()
      write(writer, 0, 20)
      const { committables, state } = await writer.stage(false)
      const bytes = state.parts.map((part) => Buffer.from(part).toString('latin1'))
      expectNoSecrets(JSON.stringify(committables), ...bytes)
      await writer.close()
    })
  })
}
