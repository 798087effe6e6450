import { job, run } from 'millrace'
import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { sinkTo } from 'millrace/operators'
import { listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import type { CheckpointStore } from '../../src/contract/checkpoint-store.ts'
import type { Clock } from '../../src/contract/clock.ts'
import { DestinationFailure } from '../../src/contract/request-destination.ts'
import { KeptSink } from '../connectors/delivery/kept-sink.ts'
import { ScriptedDestination } from '../connectors/delivery/scripted-destination.ts'
import { Fuse, mortalSink, mortalStore } from './fuse.ts'

const rows = Array.from({ length: 14 }, (_, n) => ({ value: `row ${n}`, arrivalTime: n }))
const refusedRows = ['row 2', 'row 9', 'row 13']

/** What outlives a process: its checkpoints, the service that it sends to, and its error output. */
class Outside {
  readonly store: CheckpointStore = memoryStore()
  readonly errors = new KeptSink<ErrorRecord>()
  /** Rows by the ids of their records. */
  readonly taken = new Map<string, string>()
  requests = 0

  /** One process. Its requests die before and after they have their effect. */
  async live(fuse: Fuse): Promise<void> {
    const service = new ScriptedDestination()
    service.answer = ({ records }) => {
      this.requests += 1
      fuse.burn()
      if (this.requests === 2) throw new DestinationFailure('Busy', 'once')
      const refused = records.flatMap(({ id, data }, index) => {
        const row = Buffer.from(data).toString()
        if (refusedRows.includes(row)) return [{ index, code: 'Bad', message: 'not this one' }]
        this.taken.set(id, row)
        return []
      })
      fuse.burn()
      return { refused, again: [] }
    }
    const sink = deliverySink({
      to: service.to(),
      buffer: { interval: '0s' },
      errors: mortalSink(this.errors.sink, fuse),
    })
    const source = listSource({ a: rows.slice(0, 7), b: rows.slice(7) }, { perFetch: 3, onFetch: fuse.burn })
    const described = job('delivers', ({ from }) =>
      from('rows', source).pipe(sinkTo('out', mortalSink(sink, fuse))),
    )
    await run(described, { checkpoints: mortalStore(this.store, fuse), clock })
  }
}

/** The waits between two attempts are over at once, and longer ones with the run. */
const clock: Clock = {
  now: () => 0,
  sleep: (ms, signal) => {
    if (ms < 5_000) return new Promise((resolve) => setImmediate(resolve))
    return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }))
  },
}

function expectWhole({ taken, errors }: Outside): void {
  const good = rows.map(({ value }) => value).filter((row) => !refusedRows.includes(row))
  expect([...taken.values()].sort()).toEqual(good.sort())
  const refused = errors.rows.map(({ rawData }) => Buffer.from(rawData, 'base64').toString())
  expect(refused.sort()).toEqual([...refusedRows].sort())
}

describe('a job that delivers', () => {
  it('shows every record once by its id, and every refused one once, wherever it died', async () => {
    const straight = new Outside()
    const whole = new Fuse()
    await straight.live(whole)
    expectWhole(straight)
    expect(whole.burnt).toBeGreaterThan(50)
    for (let deed = 1; deed <= whole.burnt; deed += 1) {
      const outside = new Outside()
      await outside.live(new Fuse(deed)).catch((error) => expect(error.message).toContain('has died'))
      await outside.live(new Fuse())
      expectWhole(outside)
    }
  })

  it('has sent everything, and knows it, when it is over: the next start sends nothing again', async () => {
    const outside = new Outside()
    await outside.live(new Fuse())
    const { requests } = outside
    await outside.live(new Fuse())
    expect(outside.requests).toBe(requests)
  })
})
