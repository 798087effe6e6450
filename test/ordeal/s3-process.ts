import process from 'node:process'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { type Fault, type FaultPlan, seededFaults } from '../s3-server/faults.ts'
import { startS3 } from '../s3-server/start-s3.ts'

/** What goes wrong with the requests, as shares of them. */
export interface Manner {
  /** Answered late, by up to `lateMs`. In half of these cases the effect comes late as well. */
  readonly late: number
  readonly lateMs: number
  /** Lost, torn, refused and so on. */
  readonly faults: number
  /** Whether all writes are refused. */
  readonly refusing: boolean
}

/** How often a thing has happened to a request so far. */
export type Happened = Readonly<Record<'late' | 'lost' | 'refused' | 'other', number>>

const chance = new Chance(Number(process.argv[2]))
const happened = { late: 0, lost: 0, refused: 0, other: 0 }
const lost: readonly (Fault | undefined)[] = ['cut-after', 'late-error', 'torn']
const isWrite = /^(Put|Create|Upload|Complete)/

function planOf({ late, lateMs, faults, refusing }: Manner): FaultPlan {
  const others = seededFaults(chance, faults)
  return (call) => {
    if (refusing && isWrite.test(call.operation)) {
      happened.refused += 1
      process.send?.({ refused: happened.refused })
      return 'slow-down'
    }
    if (chance.in(late)) {
      happened.late += 1
      return { lateMs: chance.between(1, lateMs), effect: chance.in(0.5) ? 'late' : 'at once' }
    }
    const fault = others(call)
    if (fault !== undefined) happened[lost.includes(fault) ? 'lost' : 'other'] += 1
    return fault
  }
}

const server = await startS3()
process.on('message', (manner: Manner) => {
  server.faults = planOf(manner)
  process.send?.({ happened })
})
// Nobody is left who could stop it.
process.on('disconnect', () => process.exit())
process.send?.({ endpoint: server.endpoint })
