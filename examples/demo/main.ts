/**
 * The demo: 3,000,000 real flights go through an embedded Kinesis and the job of `01-daily-delays.ts`, which is killed
 * while it works and started again. Then DuckDB says whether every row is there, once, and right.
 *
 *     npm run demo -- [--records N]
 */
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { compare, printComparison, worstAirports } from './compare.ts'
import { flightsFile, readFlights } from './flights.ts'
import { startKinesis } from './kinesis.ts'
import { loadFlights } from './load.ts'
import { Phases } from './phases.ts'
import { runKilledOnce } from './run-killed-once.ts'

const outputFolder = 'demo-output'

const { values: options } = parseArgs({ options: { records: { type: 'string', default: '3000000' } } })
const records = Number(options.records)
if (!Number.isInteger(records) || records < 1) {
  console.error(`--records takes a whole number of at least 1, not ${options.records}`)
  process.exit(2)
}

const phases = new Phases()
rmSync(outputFolder, { recursive: true, force: true })
const kinesis = await phases.time('start the embedded Kinesis', startKinesis)
try {
  const put = await phases.time('put the flights', () => loadFlights(readFlights(records), kinesis.endpoint))
  console.log(`${put.toLocaleString('en')} flights are in the stream "flights" of 4 shards.\n`)
  await phases.time('run the job, killed once', () => runKilledOnce(kinesis.endpoint, outputFolder, put))
  const comparison = await phases.time('compare with DuckDB', () =>
    compare(flightsFile, records, outputFolder),
  )
  printComparison(comparison)
  await worstAirports(outputFolder)
  phases.print()
  if (!comparison.same) process.exitCode = 1
} finally {
  await kinesis.stop()
}
