import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { inlineChains } from '../../src/cli/inline-chains.ts'
import { benchDelivery } from './delivery.ts'
import { benchDemoStages } from './demo-stages.ts'
import { benchEngine } from './engine.ts'
import type { Figure } from './figure.ts'
import { benchKinesisAggregates } from './kinesis-aggregates.ts'
import { benchKinesisCatchUp } from './kinesis-catch-up.ts'
import { benchKinesisFanOut } from './kinesis-fan-out.ts'
import { benchKinesisFetch } from './kinesis-fetch.ts'
import { benchKinesisLocal } from './kinesis-local.ts'
import { benchKinesisPuts } from './kinesis-puts.ts'
import { benchKinesisSource } from './kinesis-source.ts'
import { benchKinesisStart } from './kinesis-start.ts'
import { benchState } from './state.ts'

// The AWS SDK says on every start that it will drop Node 20; figures are read better without.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

/**
 * Prints what a record costs in CPU time, of the groups that are named, or of all. CPU time does not depend on what
 * else the machine does, or hardly. The speed is a ratio to something measured in the same run, which depends on it even
 * less: if nothing else is said, to a loop written by hand that does what the demo's job does with decoded records.
 */
inlineChains()
const [floor, engine] = benchEngine() as [Figure, Figure]

function print(title: string, figures: readonly Figure[], base = 'floor'): void {
  console.log(
    `\n${title}\n${'CPU a record'.padStart(14)}${'a core'.padStart(14)}${`speed / ${base}`.padStart(15)}`,
  )
  for (const { name, cpuMicrosPerRecord, ratio = floor.cpuMicrosPerRecord / cpuMicrosPerRecord } of figures) {
    const micros = `${cpuMicrosPerRecord.toFixed(3)} µs`.padStart(14)
    const rate = `${(1 / cpuMicrosPerRecord).toFixed(2)} M/s`.padStart(14)
    console.log(`${micros}${rate}${ratio.toFixed(ratio < 0.1 ? 3 : 2).padStart(15)}   ${name}`)
  }
}

async function benchKinesis(): Promise<void> {
  print('From the socket to the decoder, 200-byte records, client only', await benchKinesisFetch())
  print('Puts, client only', await benchKinesisPuts(), 'SDK')
  print('The readers of the Kinesis source, client only', await benchKinesisSource(), 'SDK')
  console.log(
    '\nA whole job from TRIM_HORIZON over 64 shards, a million records of 200 bytes, ten times over',
  )
  for (const line of await benchKinesisCatchUp()) console.log(`  ${line}`)
}

async function benchSink(): Promise<void> {
  console.log('\nA million flat rows from records in memory to a Parquet file in a folder')
  for (const line of await benchDelivery()) console.log(`  ${line}`)
  const partitions = fileURLToPath(new URL('delivery-partitions.ts', import.meta.url))
  await once(fork(partitions, { execArgv: ['--import', 'tsx'] }), 'exit')
}

async function benchStart(): Promise<void> {
  console.log('\nThe embedded Kinesis, from its process being started to its port being open')
  for (const { name, ms, cpuMs } of await benchKinesisStart()) {
    console.log(`${`${ms.toFixed(0)} ms`.padStart(14)}${`${cpuMs.toFixed(0)} ms CPU`.padStart(16)}   ${name}`)
  }
}

const groups = {
  engine: () => print('The engine alone, over decoded records', [floor, engine]),
  demo: async () => print('The stages of the demo, each by itself', await benchDemoStages()),
  delivery: benchSink,
  kinesis: benchKinesis,
  'kinesis-aggregates': async () =>
    print('The Kinesis source over aggregated records, client only', await benchKinesisAggregates()),
  'kinesis-local': async () =>
    print('The embedded Kinesis, server only', [
      ...(await benchKinesisLocal()),
      ...(await benchKinesisFanOut()),
    ]),
  'kinesis-start': benchStart,
  state: benchState,
}

const named = process.argv.slice(2)
const unknown = named.filter((name) => !(name in groups))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(groups).join(', ')}.`)
  process.exit(1)
}
for (const [name, bench] of Object.entries(groups)) {
  if (named.length === 0 || named.includes(name)) await bench()
}
