import type { Clock } from '../../../src/contract/clock.ts'
import { milliseconds } from '../../../src/units.ts'
import type { Response } from '../http/exchange.ts'
import type { Call } from '../operations/operation.ts'
import type { Interference } from '../protocol/interference.ts'
import { cut, late, lost, type Wait } from './broken-answers.ts'
import { type CallAddress, callAddress } from './call-address.ts'
import { CallDisturbance } from './call-disturbance.ts'
import type { CallFault, Fault, FaultPlan } from './fault.ts'
import { FaultSchedule, type Injected } from './fault-schedule.ts'
import { readFaults } from './read-faults.ts'
import { expired, failedInside, throttled } from './refusals.ts'

const callKinds = [
  'throttle',
  'internal-failure',
  'expired-iterator',
  'slow',
  'cut',
  'lost-answer',
] as const satisfies readonly CallFault['kind'][]

/** The faults of a running server. They can be changed at any time; what has struck already takes its course. */
export interface LocalFaults {
  /**
   * Puts these in the place of all faults there were, and counts from zero.
   *
   * @throws MillraceError OPTION_INVALID
   */
  set(faults: FaultPlan | readonly Fault[]): void
  /** Nothing strikes any more. The counts stay. */
  clear(): void
  /** What may strike now. */
  readonly plan: FaultPlan
  /** How often faults of each kind have struck since they were set. */
  readonly injected: Injected
}

/** What a call is about, and how to do it. */
interface Struck extends CallAddress {
  readonly operation: string
  readonly now: number
  /** Does the call, with the faults that strike inside it. */
  answer(): Response
}

const none: FaultPlan = { faults: [] }

/** Lets faults strike the calls of a server. */
export class FaultInjector implements LocalFaults {
  readonly #wait: Wait
  #schedule = new FaultSchedule(none)
  #cleared = true

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#wait = async (ms, gone) => {
      if (ms > 0) await clock.sleep(ms, gone)
    }
  }

  set(faults: FaultPlan | readonly Fault[]): void {
    this.#schedule = new FaultSchedule(readFaults(faults))
    this.#cleared = this.#schedule.plan.faults.length === 0
  }

  clear(): void {
    this.#cleared = true
  }

  get plan(): FaultPlan {
    return this.#cleared ? none : this.#schedule.plan
  }

  get injected(): Injected {
    return this.#schedule.injected
  }

  readonly interfere: Interference = (operation, input, call, answer) => {
    if (this.#cleared) return answer(call)
    const address = callAddress(input, call.streams, call.now)
    const { stream, shard } = address
    const strike = this.#schedule.next(
      callKinds,
      { operation, stream },
      (fault) => fault.shard === undefined || fault.shard === shard,
    )
    const disturbed = () => answer(this.#disturbed(operation, call))
    if (strike === undefined) return disturbed()
    return this.#struck(strike.fault, { ...address, operation, now: call.now, answer: disturbed })
  }

  #disturbed(operation: string, call: Call): Call {
    return { ...call, disturbance: new CallDisturbance(this.#schedule, operation, call.now) }
  }

  #struck(fault: CallFault, call: Struck): Response {
    switch (fault.kind) {
      case 'throttle':
        throw throttled(call.operation, call)
      case 'internal-failure':
        throw failedInside()
      case 'expired-iterator':
        throw expired(call.now)
      case 'slow':
        return late(call.answer(), milliseconds(fault.delay), this.#wait)
      case 'lost-answer':
        return lost(call.answer(), milliseconds(fault.delay ?? '0ms'), this.#wait)
      case 'cut':
        return cut(call.answer(), this.#wait)
    }
  }
}
