import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { job, json, run } from 'millrace'
import { deliverySink, parquet } from 'millrace/connectors/delivery'
import { folder as folderAt } from 'millrace/connectors/files'
import { createStream, kinesisSource, putRecords } from 'millrace/connectors/kinesis'
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
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { cpuMicros, cpuMicrosOf, type Figure, median } from './figure.ts'
import { type Flight, flights } from './flights.ts'
import { forkKinesis } from './fork-kinesis.ts'

const records = flights(60)

/** Each stage of the demo by itself, in CPU time per flight of the process that does it. */
export async function benchDemoStages(): Promise<Figure[]> {
  const encoded = records.flat().map((flight) => Buffer.from(JSON.stringify(flight)))
  const kinesis = await forkKinesis()
  try {
    const put = await cpuMicrosOf(() => putFlights(encoded, kinesis.endpoint))
    const putServer = await kinesis.cpuMicros()
    const read = await medianOf(() => readFlights(kinesis.endpoint))
    const readServer = (await kinesis.cpuMicros()) - putServer
    const whole = await medianOf(() => runJob(kinesis.endpoint))
    return [
      figure('put: client, JSON to PutRecords', put),
      figure('put: embedded Kinesis', putServer),
      figure('read: embedded Kinesis', readServer / runs),
      figure('read: GetRecords to bytes, through an empty job', read),
      figure('decode: JSON to objects', decodeFlights(encoded)),
      figure('write: rows to Parquet, per flight', await medianOf(writeRows)),
      figure('the whole job: read, decode, aggregate, checkpoint, write', whole),
    ]
  } finally {
    await kinesis.stop()
  }
}

const runs = 3
const total = records.length * records[0]!.length

function figure(name: string, micros: number): Figure {
  return { name, cpuMicrosPerRecord: micros / total }
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const micros: number[] = []
  for (let round = 0; round < runs; round += 1) micros.push(await cpuMicrosOf(work))
  return median(micros)
}

async function putFlights(encoded: readonly Buffer[], endpoint: string): Promise<void> {
  const where = { stream: 'flights', endpoint }
  await createStream({ ...where, shards: 4 })
  const origins = records.flat().map((flight) => flight.origin)
  function* all() {
    for (let index = 0; index < encoded.length; index += 1) {
      yield { data: encoded[index]!, partitionKey: origins[index]! }
    }
  }
  await putRecords(all(), { ...where, inFlight: 1 })
}

async function readFlights(endpoint: string): Promise<void> {
  const source = kinesisSource({
    stream: 'flights',
    startAt: 'trim-horizon',
    endpoint,
    decode: (data) => data.length,
  })
  const bytes = job('bytes', ({ from }) =>
    from('flights', source).pipe(
      filter((length) => length === 0),
      sinkTo('nothing', collectSink()),
    ),
  )
  await run(bytes, { until: 'caught-up', checkpoints: memoryStore() })
}

function decodeFlights(encoded: readonly Buffer[]): number {
  const codec = json<Flight>()
  const decode = () => encoded.reduce((delays, data) => delays + codec.decode(data).delay, 0)
  decode()
  return median(Array.from({ length: runs }, () => cpuMicros(decode)))
}

const columns = {
  origin: 'string',
  day: 'timestamp',
  flights: 'int64',
  meanDelay: 'double',
  maxDelay: 'int32',
  delayed: 'int64',
} as const

/** As many rows as the demo writes for these flights. */
async function writeRows(): Promise<void> {
  await inFolder(async (folder) => {
    const rows = Array.from({ length: 36 * 229 }, (_, index) => ({
      value: {
        origin: records[0]![index % 1000]!.origin,
        day: Date.UTC(2001, 0, 1 + Math.floor(index / 229)),
        flights: index % 500,
        meanDelay: index / 7,
        maxDelay: index % 300,
        delayed: index % 50,
      },
      arrivalTime: 0,
    }))
    const source = listSource({ a: rows }, { perFetch: 1000 })
    const sink = deliverySink({ to: folderAt(folder), format: parquet(columns) })
    await run(
      job('writing', ({ from }) => from('rows', source).pipe(sinkTo('lake', sink))),
      { checkpoints: memoryStore() },
    )
  })
}

async function runJob(endpoint: string): Promise<void> {
  await inFolder(async (folder) => {
    const source = kinesisSource({
      stream: 'flights',
      startAt: 'trim-horizon',
      endpoint,
      decode: json<Flight>(),
    })
    const delays = job(
      'delays',
      ({ from }) =>
        from('flights', source).pipe(
          eventTime((flight) => flight.date, { outOfOrder: '1h' }),
          keyBy((flight) => flight.origin),
          window(tumbling('1d')),
          aggregate('per-day', {
            flights: count(),
            meanDelay: average((flight) => flight.delay),
            maxDelay: max((flight) => flight.delay),
            delayed: sum((flight) => (flight.delay > 15 ? 1 : 0)),
          }),
          map(({ key, window, ...totals }) => ({ origin: key, day: window.start, ...totals })),
          sinkTo('lake', deliverySink({ to: folderAt(folder), format: parquet(columns) })),
        ),
      { checkpoint: { every: '1s' } },
    )
    await run(delays, { until: 'caught-up', checkpoints: memoryStore() })
  })
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
  try {
    await work(join(folder, 'out'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
