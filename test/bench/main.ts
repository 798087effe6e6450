import { benchDemoStages } from './demo-stages.ts'
import { benchEngine } from './engine.ts'
import type { Figure } from './figure.ts'
import { benchKinesisAggregates } from './kinesis-aggregates.ts'
import { benchKinesisFanOut } from './kinesis-fan-out.ts'
import { benchKinesisLocal } from './kinesis-local.ts'
import { benchKinesisSource } from './kinesis-source.ts'

// The AWS SDK says on every start that it will drop Node 20; figures are read better without.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

/**
 * Prints what a record costs in CPU time, and how that compares with the floor: a loop written by hand that does what
 * the demo's job does with decoded records, and nothing else. CPU time does not depend on what else the machine does,
 * or hardly; the ratio depends on it even less.
 */
const [floor, engine] = benchEngine() as [Figure, Figure]

function print(title: string, figures: readonly Figure[]): void {
  console.log(
    `\n${title}\n${'CPU a record'.padStart(14)}${'a core'.padStart(14)}${'speed / floor'.padStart(15)}`,
  )
  for (const { name, cpuMicrosPerRecord, ratio = floor.cpuMicrosPerRecord / cpuMicrosPerRecord } of figures) {
    const micros = `${cpuMicrosPerRecord.toFixed(3)} µs`.padStart(14)
    const rate = `${(1 / cpuMicrosPerRecord).toFixed(2)} M/s`.padStart(14)
    console.log(`${micros}${rate}${ratio.toFixed(ratio < 0.1 ? 3 : 2).padStart(15)}   ${name}`)
  }
}

print('The engine alone, over decoded records', [floor, engine])
print('The stages of the demo, each by itself', await benchDemoStages())
print('The Kinesis source and puts, client only', await benchKinesisSource())
print('The Kinesis source over aggregated records, client only', await benchKinesisAggregates())
print('The embedded Kinesis, server only', [...(await benchKinesisLocal()), ...(await benchKinesisFanOut())])
