import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStream, putRecords } from 'millrace/connectors/kinesis'
import { type LocalKinesis, startLocalKinesis } from 'millrace/connectors/kinesis-local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { expectedDays, flights } from '../examples/flights.ts'
import { endProcesses } from '../millrace-process.ts'
import { compiledJobs } from './compiled-jobs.ts'
import { FolderPlace } from './folder-place.ts'
import { expectedSessions, visits } from './jobs/visits.ts'
import { ordeals } from './ordeals.ts'
import type { Place } from './place.ts'
import { calm, S3Place } from './s3-place.ts'
import { mayMount, unmountAll } from './small-disk.ts'
import { Tally } from './tally.ts'
import { Trial, type TriedJob } from './trial.ts'
import { Turns } from './turns.ts'

const runs = Number(process.env['MILLRACE_ORDEALS'] ?? 12)
const firstSeed = Number(process.env['MILLRACE_ORDEAL_SEED'] ?? Math.floor(Math.random() * 1e9))
/** For several processes, one after the other, on a machine that has other things to do, and for those before. */
const patienceMs = 600_000

type Row = Readonly<Record<string, unknown>>

interface PlacedJob extends TriedJob {
  readonly inS3?: boolean
  /** Its checkpoints grow by more than this; 0 if each takes the room of one that is deleted. */
  readonly writesKiB: number
}

const allFlights = flights(12_000)
const allVisits = visits(3_000)

const streams: Readonly<Record<string, readonly { readonly key: string; readonly value: unknown }[]>> = {
  flights: allFlights.map((flight) => ({ key: flight.origin, value: flight })),
  visits: allVisits.map((visit) => ({ key: visit.visitor, value: visit })),
}

const overFlights = {
  file: 'flights-job.js',
  env: {},
  records: allFlights.length,
  writesKiB: 0,
  expected: expectedDays(allFlights),
  textOf: ({ origin, day, flights, meanDelay, maxDelay, delayed }: Row) =>
    [origin, (day as Date).toISOString(), flights, meanDelay, maxDelay, delayed].join(' '),
}

const overVisits = {
  file: 'visits-job.js',
  env: {},
  records: allVisits.length,
  writesKiB: 6 * 1024,
  expected: expectedSessions(allVisits).map((session) => Object.values(session).join(' ')),
  textOf: (row: Row) => Object.values(row).join(' '),
}

const jobs: Readonly<Record<string, PlacedJob>> = {
  flights: overFlights,
  'flights in S3': { ...overFlights, inS3: true },
  'visits with state in memory': overVisits,
  'visits with state on disk': { ...overVisits, env: { ORDEAL_STATE: 'disk' } },
}

const tally = new Tally()
const turns = new Turns(4)
let kinesis: LocalKinesis
let root: string
let disks: boolean

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'millrace-ordeal-'))
  disks = mayMount(root)
  compiledJobs(join(root, 'jobs'))
  kinesis = await startLocalKinesis()
  for (const [stream, records] of Object.entries(streams)) {
    const where = { stream, endpoint: kinesis.endpoint, inFlight: 1 }
    await createStream({ ...where, shards: 3 })
    await putRecords(
      records.map(({ key, value }) => ({ data: Buffer.from(JSON.stringify(value)), partitionKey: key })),
      where,
    )
  }
})

afterAll(async () => {
  endProcesses()
  unmountAll()
  await kinesis.close()
  rmSync(root, { recursive: true, force: true })
  if (process.env['MILLRACE_ORDEALS'] !== undefined) console.log(`what happened:\n${tally.text}`)
})

async function placeOf(job: PlacedJob, folder: string, chance?: Chance): Promise<Place> {
  if (!job.inS3) return new FolderPlace(folder, disks, job.writesKiB, chance ?? new Chance(0))
  mkdirSync(folder)
  return chance === undefined ? S3Place.open(new Chance(0), calm) : S3Place.open(chance)
}

function trialOf(job: TriedJob, cwd: string, place: Place, chance: Chance, counted: Tally): Trial {
  const args = ['run', join(root, 'jobs', job.file), '--until', 'caught-up', '--endpoint', kinesis.endpoint]
  return new Trial(job, place, { args, cwd }, chance, counted)
}

describe.each(Object.entries(jobs))('a real process of the job over %s', (name, job) => {
  it(
    'writes what a plain loop says',
    async () => {
      const folder = join(root, name)
      const trial = trialOf(job, folder, await placeOf(job, folder), new Chance(0), new Tally())
      try {
        await trial.start().endsWell()
        await trial.expectAll()
      } finally {
        await trial.end()
      }
    },
    patienceMs,
  )
})

describe.concurrent('nothing is missing and nothing is there twice', () => {
  for (let seed = firstSeed; seed < firstSeed + runs; seed += 1) {
    const [over, job] = Object.entries(jobs)[seed % 4]!
    const [name, { ordeal, needsRoom }] = Object.entries(ordeals)[seed % 7]!
    it(
      `${over}, ${name}, seed ${seed}`,
      async ({ skip }) => {
        if (needsRoom && !job.inS3 && !disks) skip('this machine does not let a test have a small disk')
        await turns.take(async () => {
          const folder = join(root, `seed-${seed}`)
          const chance = new Chance(seed)
          const trial = trialOf(job, folder, await placeOf(job, folder, chance.fork()), chance, tally)
          try {
            await ordeal(trial)
            await trial.finish()
            await trial.expectAll()
            tally.add(`runs: ${name}`)
          } catch (error) {
            expect.fail(`${error}\n${trial.said}`)
          } finally {
            await trial.end()
          }
        })
      },
      patienceMs,
    )
  }
})
