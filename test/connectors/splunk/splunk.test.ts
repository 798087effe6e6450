import { deliverySink, type ErrorRecord } from 'millrace/connectors/delivery'
import { type SplunkOptions, splunk } from 'millrace/connectors/splunk'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CommitPermit } from '../../../src/contract/sink.ts'
import { destinationContract } from '../../contract/destination.ts'
import { sinkContext } from '../../contract/sink-context.ts'
import { HastyClock } from '../delivery/hasty-clock.ts'
import { KeptSink } from '../delivery/kept-sink.ts'
import { EventCollector } from './event-collector.ts'

interface Click {
  readonly id: number
  readonly page: string
}

const permit = { epoch: 1, generation: 1 } as CommitPermit
const token = '1f0c7f2e-a-token-that-nobody-may-see'
const click = (id: number): Click => ({ id, page: `/«${id}»` })

for (const endpoint of ['event', 'raw'] as const) {
  destinationContract<Click>(
    `Splunk with the endpoint for ${endpoint} data`,
    async () => {
      const collector = await EventCollector.start(token)
      const parsed = (event: unknown): Click =>
        endpoint === 'raw' ? JSON.parse(String(event)) : (event as Click)
      const bad = new Set<number>()
      collector.isWrong = (event) => bad.has(parsed(event).id)
      return {
        to: splunk<Click>({ url: collector.server.url, token, endpoint }),
        server: collector.server,
        guarantee: 'at-least-once',
        once: false,
        shown: async () => collector.indexed.map(({ event }) => parsed(event).id),
        refuse: (n) => void bad.add(n),
        secrets: [token],
      }
    },
    click,
  )
}

let collector: EventCollector
beforeEach(async () => {
  collector = await EventCollector.start(token)
})
afterEach(() => collector.server.close())

async function send(options: Partial<SplunkOptions<Click>> = {}) {
  const errors = new KeptSink<ErrorRecord>()
  const clock = new HastyClock()
  const to = splunk<Click>({ url: `${collector.server.url}/`, token, ...options })
  const sink = deliverySink({ to, retry: { for: '20s' }, buffer: { interval: '0s' }, errors: errors.sink })
  const writer = await sink.open(sinkContext({ clock, random: () => 0.5 }), undefined)
  try {
    writer.write([0, 1, 2].map(click), [1000, 1001.5, 1002])
    await writer.commit((await writer.stage(false)).committables, permit)
    await writer.commit((await writer.stage(true)).committables, permit)
  } finally {
    await writer.close()
  }
  return { errors: errors.rows, waits: clock.waits }
}

describe('events', () => {
  test('have their time, what Splunk shall note of them, and their id', async () => {
    await send({ metadata: { index: 'web', sourcetype: 'clicks' }, idField: 'record_id' })
    expect(collector.indexed[1]).toEqual({
      time: 1.002,
      index: 'web',
      sourcetype: 'clicks',
      fields: { record_id: expect.stringMatching(/^[0-9a-f]{32}$/) },
      event: click(1),
    })
  })

  test('as lines are what the encoder gave', async () => {
    const encode = ({ id, page }: Click) => Buffer.from(`${id} ${page}`)
    await send({ endpoint: 'raw', encode, metadata: { sourcetype: 'a b' } })
    expect(collector.indexed[2]).toEqual({ event: '2 /«2»', sourcetype: 'a b' })
  })

  test('have arrived when they are indexed, for which Splunk is asked more and more seldom', async () => {
    collector.asksBefore = 6
    const { waits } = await send()
    expect(waits).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000])
    expect(collector.indexed).toHaveLength(3)
  })

  test('are not sent again because a question for the acknowledgement fails', async () => {
    collector.asksBefore = 2
    collector.server.troubles = [undefined, 'reset', 'unavailable', 'lost-answer']
    await send()
    expect(collector.indexed).toHaveLength(3)
  })

  test('that are not acknowledged in time are sent again', async () => {
    collector.asksBefore = 5
    const { waits } = await send({ acknowledge: '3s' }).catch((error) => ({ waits: [String(error)] }))
    expect(waits).toEqual([expect.stringContaining('Splunk.AckTimeout: no acknowledgement within 3 s')])
    expect(collector.indexed.length).toBeGreaterThan(3)
  })

  test('need no acknowledgement if the options say so, and else a token that gives it', async () => {
    collector.acknowledges = false
    await send({ acknowledge: false })
    expect(collector.indexed).toHaveLength(3)
    await expect(send()).rejects.toThrow('has no indexer acknowledgement')
  })

  test('that are refused say which they are', async () => {
    collector.isWrong = (event) => (event as Click).id === 1
    const { errors } = await send()
    expect(errors).toMatchObject([
      { arrivalTimestamp: 1001.5, errorCode: 'Splunk.6', errorMessage: '400: Invalid data format' },
    ])
    expect(errors[0]!['EventId']).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('a collector', () => {
  const url = 'https://splunk.example'
  test.each([
    [{ url: 'http://splunk.example', token }, 'a secret goes over https:// alone'],
    [{ url, token, endpoint: 'hec' as never }, 'endpoint is "hec"'],
    [{ url, token, endpoint: 'raw' as const, idField: 'id' }, 'lines have no fields'],
    [{ url, token, acknowledge: '3 min' as never }, 'acknowledge: "3 min" is not a duration'],
  ])('is refused with options %#', (options, words) => expect(() => splunk(options)).toThrow(words))

  test('takes no line with a break in it, and no event that is no JSON', () => {
    const encode = (row: string) => Buffer.from(row)
    expect(() => splunk({ url, token, endpoint: 'raw', encode }).encode('a\nb')).toThrow('a line break')
    expect(() => splunk({ url, token, encode }).encode('{')).toThrow(SyntaxError)
  })
})
