import { type Job, job } from 'millrace'
import {
  aggregate,
  average,
  count,
  eventTime,
  filter,
  keyBy,
  map,
  max,
  sinkTo,
  sum,
  tumbling,
  window,
} from 'millrace/operators'
import { collectSink, listSource } from 'millrace/testing'
import type { Element } from '../../src/contract/element.ts'
import { systemClock } from '../../src/contract/system.ts'
import { silentLog } from '../../src/observe/silent-log.ts'
import { Dataflow } from '../../src/runtime/dataflow.ts'
import { cpuMicros, type Figure, median } from './figure.ts'
import { day, type Flight, flights, recordsPerBatch } from './flights.ts'

/** What someone would write who needs just this job and nothing else: no checkpoints, no lateness, no splits. */
function byHand(batches: readonly (readonly Flight[])[]): number {
  const days = new Map<
    number,
    Map<string, { flights: number; total: number; max: number; delayed: number }>
  >()
  let rows = 0
  for (const batch of batches) {
    let latest = 0
    for (const flight of batch) {
      const trip = { origin: flight.origin, time: flight.date, delay: flight.delay }
      if (trip.delay < -15) continue
      if (trip.time > latest) latest = trip.time
      const start = Math.floor(trip.time / day) * day
      let airports = days.get(start)
      if (airports === undefined) {
        airports = new Map()
        days.set(start, airports)
      }
      let row = airports.get(trip.origin)
      if (row === undefined) {
        row = { flights: 0, total: 0, max: Number.NEGATIVE_INFINITY, delayed: 0 }
        airports.set(trip.origin, row)
      }
      row.flights += 1
      row.total += trip.delay
      row.max = Math.max(row.max, trip.delay)
      row.delayed += trip.delay > 15 ? 1 : 0
    }
    for (const [start, airports] of days) {
      if (start + day > latest) continue
      for (const row of airports.values()) rows += row.total / row.flights > -100 ? 1 : 0
      days.delete(start)
    }
  }
  return rows
}

function engineJob(): Job {
  return job('bench', ({ from }) =>
    from('flights', listSource<Flight>({})).pipe(
      map((flight) => ({ origin: flight.origin, time: flight.date, delay: flight.delay })),
      filter((trip) => trip.delay >= -15),
      eventTime((trip) => trip.time),
      keyBy((trip) => trip.origin),
      window(tumbling('1d')),
      aggregate('per-day', {
        flights: count(),
        meanDelay: average((trip) => trip.delay),
        maxDelay: max((trip) => trip.delay),
        delayed: sum((trip) => (trip.delay > 15 ? 1 : 0)),
      }),
      sinkTo('rows', collectSink()),
    ),
  )
}

function byEngine(batches: readonly (readonly Flight[])[], timestamps: readonly number[]): number {
  let rows = 0
  const take = (element: Element<unknown>) => {
    if (element.kind === 'batch') rows += element.values.length
  }
  const context = {
    surroundings: {
      clock: systemClock,
      random: () => 0,
      log: silentLog,
      signal: new AbortController().signal,
    },
    restored: {},
    onSnapshot: () => {},
    count: () => {},
    level: () => {},
    wakeAt: () => {},
    onError: 'fail' as const,
    onFailure: (error: unknown) => {
      throw error
    },
  }
  const dataflow = new Dataflow(engineJob().graph, context, new Map([['rows', take]]))
  dataflow.push('flights', { kind: 'split', split: 'a', state: 'opened' })
  for (const values of batches)
    dataflow.pushBatch('flights', { kind: 'batch', split: 'a', values, timestamps })
  return rows
}

/** The engine alone, against a loop written by hand over the same decoded records: the floor is the first figure. */
export function benchEngine(rounds = 9): Figure[] {
  const batches = flights(60)
  const timestamps = Array.from({ length: recordsPerBatch }, (_, index) => index)
  const records = batches.length * recordsPerBatch
  const hand: number[] = []
  const engine: number[] = []
  for (let round = -2; round < rounds; round += 1) {
    const byHandMicros = cpuMicros(() => byHand(batches)) / records
    const byEngineMicros = cpuMicros(() => byEngine(batches, timestamps)) / records
    if (round < 0) continue
    hand.push(byHandMicros)
    engine.push(byEngineMicros)
  }
  return [
    { name: 'a loop written by hand: the floor', cpuMicrosPerRecord: median(hand) },
    {
      name: 'engine: map → filter → eventTime → keyBy → tumbling aggregate',
      cpuMicrosPerRecord: median(engine),
      ratio: median(hand.map((micros, index) => micros / engine[index]!)),
    },
  ]
}
