import { deliverySink, type ErrorRecord, type RequestSinkOptions } from 'millrace/connectors/delivery'
import { describe, expect, test } from 'vitest'
import { DestinationFailure } from '../../../../src/contract/request-destination.ts'
import type { CommitPermit, Sink, SinkContext } from '../../../../src/contract/sink.ts'
import type { Snapshot } from '../../../../src/contract/snapshot.ts'
import { MillraceError, reasons } from '../../../../src/errors.ts'
import { sinkContext } from '../../../contract/sink-context.ts'
import { ManualClock } from '../../kinesis/manual-clock.ts'
import { HastyClock } from '../hasty-clock.ts'
import { KeptSink } from '../kept-sink.ts'
import { ScriptedDestination } from '../scripted-destination.ts'

const permit = { epoch: 1, generation: 1 } as CommitPermit
const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `row ${from + n}`)

function open(
  options: Partial<RequestSinkOptions<string>> & Pick<RequestSinkOptions<string>, 'to'>,
  changes: Partial<SinkContext> = {},
  restored?: Snapshot,
) {
  return deliverySink(options).open(sinkContext({ clock: new HastyClock(), ...changes }), restored)
}

describe('a delivery', () => {
  test('asks for a checkpoint when the buffer is full', async () => {
    let asked = 0
    const scripted = new ScriptedDestination()
    const requestCheckpoint = () => void asked++
    const clock = new ManualClock()
    const writer = await open({ to: scripted.to(), buffer: { size: '300B' } }, { requestCheckpoint, clock })
    writer.write(texts(0, 10), [])
    expect(asked).toBe(0)
    writer.write(texts(10, 20), [])
    writer.write(texts(20, 30), [])
    expect(asked).toBe(1)
    const { committables } = await writer.stage(false)
    await writer.commit(committables, permit)
    // Two rows have not waited for long, and are too few.
    expect(scripted.sent.flatMap(({ rows }) => rows)).toEqual(texts(0, 28))
    writer.write(texts(30, 60), [])
    expect(asked).toBe(2)
    await writer.close()
    expect(scripted.closed).toBe(true)
  })

  test('asks for one when the first record has waited for long enough, and then sends what there is', async () => {
    let asked = 0
    const scripted = new ScriptedDestination()
    const clock = new ManualClock()
    const to = scripted.to()
    const context = { clock, requestCheckpoint: () => void asked++ }
    const writer = await open({ to, buffer: { interval: '10s' } }, context)
    writer.write(texts(0, 2), [])
    clock.advance(6_000)
    writer.write(texts(2, 3), [])
    const early = await writer.stage(false)
    expect([asked, early.committables]).toEqual([0, []])
    await writer.close()

    const next = await open({ to, buffer: { interval: '10s' } }, context, early.state)
    clock.advance(4_000)
    await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toBe(1)
    await next.commit((await next.stage(false)).committables, permit)
    expect(scripted.sent.map(({ rows }) => rows)).toEqual([texts(0, 3)])
    await next.close()
  })

  test('with no interval asks at once', async () => {
    let asked = 0
    const to = new ScriptedDestination().to()
    const writer = await open({ to, buffer: { interval: '0s' } }, { requestCheckpoint: () => void asked++ })
    writer.write(texts(0, 1), [])
    expect(asked).toBe(1)
    await writer.close()
  })

  test('sends the same records under the same ids, whoever sends them', async () => {
    const scripted = new ScriptedDestination()
    const writer = await open({ to: scripted.to() })
    writer.write([...texts(0, 5), 'row 0'], [])
    const { committables, state } = await writer.stage(true)
    await writer.commit(committables, permit)
    await writer.close()
    const next = await open({ to: scripted.to() }, {}, state)
    await next.commit(committables, permit)
    await next.close()
    const [first, second, ...again] = scripted.sent
    expect(again).toEqual([first, second])
    expect(new Set([first!.id, second!.id, ...first!.ids, ...second!.ids]).size).toBe(8)
  })

  test('gives other ids to other records in the same place, and to those of other sinks', async () => {
    const scripted = new ScriptedDestination()
    for (const [rows, name] of [
      [['a', 'b'], 'one'],
      [['a', 'c'], 'one'],
      [['a', 'b'], 'two'],
    ] as const) {
      const writer = await open({ to: scripted.to() }, { name })
      writer.write(rows, [])
      await writer.commit((await writer.stage(true)).committables, permit)
      await writer.close()
    }
    const [first, second, third] = scripted.sent
    expect(second!.ids[0]).toBe(first!.ids[0])
    expect(second!.ids[1]).not.toBe(first!.ids[1])
    expect(new Set([first!.id, second!.id, third!.id]).size).toBe(3)
    expect(third!.ids.some((id) => first!.ids.includes(id))).toBe(false)
  })

  test('has as many requests under way as it may, and no more', async () => {
    const scripted = new ScriptedDestination()
    let underWay = 0
    let most = 0
    scripted.answer = async () => {
      most = Math.max(most, ++underWay)
      await new Promise((resolve) => setImmediate(resolve))
      underWay--
      return { refused: [], again: [] }
    }
    for (const atOnce of [1, 3]) {
      most = 0
      const writer = await open({ to: scripted.to(), atOnce })
      writer.write(texts(0, 40), [])
      await writer.commit((await writer.stage(true)).committables, permit)
      await writer.close()
      expect(most).toBe(atOnce)
    }
    expect(scripted.sent.slice(0, 10).flatMap(({ rows }) => rows)).toEqual(texts(0, 40))
  })

  test('sends again only the records that did not arrive', async () => {
    const scripted = new ScriptedDestination()
    const again = [1, 3].map((index) => ({ index, code: 'Busy', message: 'not now' }))
    const writer = await open({ to: scripted.to() })
    let asked = 0
    scripted.answer = () => ({ refused: [], again: asked++ === 0 ? again : [] })
    writer.write(texts(0, 4), [])
    await writer.commit((await writer.stage(true)).committables, permit)
    expect(scripted.sent.map(({ rows }) => rows)).toEqual([texts(0, 4), ['row 1', 'row 3']])
    expect(scripted.sent[1]!.ids).toEqual([1, 3].map((index) => scripted.sent[0]!.ids[index]))
    await writer.close()
  })

  test('makes the job wait while too much is on its way, and drops nothing', async () => {
    const scripted = new ScriptedDestination()
    const limits = { records: 100, bytes: 32 * 2 ** 20, recordBytes: 10 * 2 ** 20 }
    const large = 'x'.repeat(9 * 2 ** 20)
    const writer = await open({ to: scripted.to({ limits }), buffer: { size: '9MiB' } })
    for (let n = 0; n < 4; n++) {
      expect(writer.ready()).toBeUndefined()
      writer.write([large], [])
    }
    let waiting = true
    const ready = writer.ready()!.then(() => {
      waiting = false
    })
    const { committables } = await writer.stage(true)
    expect(waiting).toBe(true)
    await writer.commit(committables, permit)
    await ready
    expect(scripted.sent).toHaveLength(4)
    await writer.close()
  })

  test('holds what a checkpoint gave back against the same room', async () => {
    const scripted = new ScriptedDestination()
    const limits = { records: 100, bytes: 2 ** 26, recordBytes: 2 ** 26 }
    const to = scripted.to({ limits })
    const writer = await open({ to })
    writer.write(['x'.repeat(33 * 2 ** 20)], [])
    const { committables, state } = await writer.stage(true)
    await writer.close()
    const next = await open({ to }, {}, state)
    expect(next.ready()).toBeDefined()
    await next.commit(committables, permit)
    expect(next.ready()).toBeUndefined()
    await next.close()
  })

  test('ends waits and requests when it is closed', async () => {
    const scripted = new ScriptedDestination()
    const clock = new ManualClock()
    scripted.answer = () => Promise.reject(new DestinationFailure('Down', 'not now'))
    const writer = await open({ to: scripted.to() }, { clock })
    writer.write(texts(0, 4), [])
    const failing = writer.commit((await writer.stage(true)).committables, permit).catch((error) => error)
    await new Promise((resolve) => setImmediate(resolve))
    await writer.close()
    expect(await failing).toMatchObject({ code: 'SINK_FAILED' })
    expect(scripted.sent).toHaveLength(1)
  })
})

describe('records that can never arrive', () => {
  test('because they are too large go to the error output, or end the job', async () => {
    const scripted = new ScriptedDestination()
    const errors = new KeptSink<ErrorRecord>()
    const writer = await open({ to: scripted.to(), errors: errors.sink })
    writer.write(['small', 'x'.repeat(200)], [1, 2])
    await writer.commit((await writer.stage(true)).committables, permit)
    expect(scripted.sent.flatMap(({ rows }) => rows)).toEqual(['small'])
    expect(errors.rows).toMatchObject([{ attemptsMade: 0, arrivalTimestamp: 2, errorCode: 'RecordTooLarge' }])
    await writer.close()
    const strict = await open({ to: scripted.to() })
    expect(() => strict.write(['x'.repeat(200)], [])).toThrow('RECORD_REFUSED')
    await strict.close()
  })

  test('because they have no encoding end the job', async () => {
    const encode = () => {
      throw new TypeError('no such field')
    }
    const writer = await open({ to: new ScriptedDestination().to({ encode }) })
    expect(() => writer.write(['x'], [])).toThrow('ROW_INVALID: a row cannot be encoded: no such field')
    await writer.close()
  })
})

describe('words of a destination', () => {
  const secret = 'token-1234'

  test('come without its secrets, whatever failed', async () => {
    const scripted = new ScriptedDestination()
    const logged: string[] = []
    const log = { info() {}, warn: (...told: unknown[]) => void logged.push(JSON.stringify(told)) }
    const failures = [
      () => Promise.reject(new DestinationFailure('Down', `bad ${secret}`)),
      () => Promise.reject(new Error(`bad ${secret}`)),
      () => ({ refused: [{ index: 0, code: 'Bad', message: `bad ${secret}` }], again: [] }),
      () => ({ refused: [], again: [{ index: 0, code: 'Bad', message: `bad ${secret}` }] }),
    ]
    for (const answer of failures) {
      scripted.secrets = []
      // As with a key that is asked for with each request.
      scripted.answer = () => {
        scripted.secrets = [secret]
        return answer()
      }
      const writer = await open({ to: scripted.to(), retry: { for: '2s' } }, { log })
      writer.write(['x'], [])
      const failure = await writer
        .commit((await writer.stage(true)).committables, permit)
        .catch((error) => error)
      expect(failure).toBeInstanceOf(MillraceError)
      expect([...reasons(failure), ...logged].join('\n')).not.toContain(secret)
      expect(reasons(failure).join('\n')).toContain('bad ***')
      await writer.close()
    }
    expect(logged.length).toBeGreaterThan(0)
  })
})

describe('a sink beside a delivery', () => {
  test('keeps all rows in the same checkpoints', async () => {
    const backup = new KeptSink<string>()
    const scripted = new ScriptedDestination()
    const options = { to: scripted.to(), backup: backup.sink }
    const writer = await open(options)
    writer.write(texts(0, 6), [])
    const { committables, state } = await writer.stage(false)
    await writer.close()
    expect(backup.rows).toEqual([])
    const next = await open(options, {}, state)
    await next.commit(committables, permit)
    next.write(texts(6, 9), [])
    await next.commit((await next.stage(true)).committables, permit)
    await next.close()
    expect(backup.rows).toEqual(texts(0, 9))
    expect(scripted.sent.flatMap(({ rows }) => rows)).toEqual(texts(0, 9))
  })

  test('hears how far event time has come: that of refused records once none waits any more', async () => {
    const heard: string[] = []
    const hearing = (name: string): Sink<unknown> => {
      const kept = new KeptSink<unknown>().sink
      const watermark = (timestamp: number) => void heard.push(`${name} ${timestamp}`)
      const open: Sink<unknown>['open'] = async (...args) => ({ ...(await kept.open(...args)), watermark })
      return { ...kept, open }
    }
    const to = new ScriptedDestination().to()
    const writer = await open({ to, errors: hearing('errors'), backup: hearing('backup') })
    writer.write(texts(0, 1), [5])
    writer.watermark?.(10)
    const { committables } = await writer.stage(true)
    expect(heard).toEqual(['backup 10'])
    await writer.commit(committables, permit)
    await writer.stage(true)
    expect(heard).toEqual(['backup 10', 'errors 10'])
    await writer.close()
  })

  test('must not vanish with what it holds', async () => {
    const writer = await open({
      to: new ScriptedDestination().to(),
      errors: new KeptSink<ErrorRecord>().sink,
    })
    const { state } = await writer.stage(false)
    await writer.close()
    await expect(open({ to: new ScriptedDestination().to() }, {}, state)).rejects.toThrow(
      'CHECKPOINT_INCOMPATIBLE',
    )
    const without = deliverySink({ to: new ScriptedDestination().to() })
    expect(without.misfit?.(state)).toBe('what the sink has for `errors`, which it does not have any more')
    const others: Sink<ErrorRecord> = { ...new KeptSink<ErrorRecord>().sink, misfit: () => 'other rows' }
    const changed = deliverySink({ to: new ScriptedDestination().to(), errors: others })
    expect(changed.misfit?.(state)).toBe('other rows, for `errors`')
    const same = deliverySink({
      to: new ScriptedDestination().to(),
      errors: new KeptSink<ErrorRecord>().sink,
    })
    expect(same.misfit?.(state)).toBeUndefined()
  })

  test('makes the guarantee no better than its own', () => {
    const exact = new ScriptedDestination().to({
      description: { kind: 'x', detail: 'y', guarantee: 'exactly-once', because: 'ids' },
    })
    const kept = new KeptSink<string>().sink
    const weak = { ...kept, description: { ...kept.description, guarantee: 'at-least-once' as const } }
    expect(deliverySink({ to: exact, backup: kept }).description.guarantee).toBe('exactly-once')
    expect(deliverySink({ to: exact, backup: weak }).description).toMatchObject({
      guarantee: 'at-least-once',
      because: 'ids; its backup are at-least-once: rows have numbers',
    })
  })
})

describe('options that make no sense', () => {
  const to = new ScriptedDestination().to()
  test.each([
    [{ to: undefined as never }, '`to` is no destination'],
    [{ to, buffer: { size: '5 MB' as never } }, 'buffer.size: "5 MB" is not a size'],
    [{ to, buffer: { size: '0B' as const } }, 'buffer.size is 0'],
    [{ to, retry: { for: '5' as never } }, 'retry.for: "5" is not a duration'],
    [{ to, atOnce: 0 }, 'atOnce is 0'],
    [{ to, whenDown: 'wait' as never }, 'whenDown is "wait"'],
    [{ to, whenDown: 'errors' as const }, 'whenDown is "errors", which needs the sink `errors`'],
  ])('are refused when the job is described: %#', (options, words) => {
    expect(() => deliverySink(options)).toThrow(`JOB_INVALID: deliverySink(…): ${words}`)
  })
})
