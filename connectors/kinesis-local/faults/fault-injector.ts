import type { Clock } from '../../../src/contract/clock.ts'
import { milliseconds } from '../../../src/units.ts'
import type { Response } from '../http/exchange.ts'
import type { Call } from '../operations/operation.ts'
import type { Interference } from '../protocol/interference.ts'
import { cut, late, lost, type Wait } from './broken-answers.ts'
import { brokenEvents } from './broken-events.ts'
import { type CallAddress, callAddress } from './call-address.ts'
import { CallDisturbance } from './call-disturbance.ts'
import type { CallFault, EventFault, Fault, FaultPlan } from './fault.ts'
import { FaultSchedule, type Injected } from './fault-schedule.ts'
import { readFaults } from './read-faults.ts'
import { expired, failedInside, throttled } from './refusals.ts'

/**
 * The faults of a running server. They can be changed at any time; what has struck already takes its course.
 *
 * @example
 * const kinesis = await startLocalKinesis()
 * kinesis.faults.set([{ kind: 'throttle', operations: ['GetRecords'], rate: 0.1 }])
 * kinesis.faults.plan.faults.length // 1
 * kinesis.faults.injected.throttle // 0
 * await kinesis.close()
 */
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

const callKinds = [
  'throttle',
  'internal-failure',
  'expired-iterator',
  'slow',
  'cut',
  'lost-answer',
] as const satisfies readonly CallFault['kind'][]

const eventKinds = [
  'truncated-frame',
  'bad-crc',
  'drop',
  'silence',
  'error-event',
  'repeat',
] as const satisfies readonly EventFault['kind'][]

/** What a call is about, and how to do it. */
interface Struck extends CallAddress {
  readonly operation: string
  readonly now: number
  answer(): Response
}

/** Lets faults strike the calls of a server. */
export class FaultInjector implements LocalFaults, Interference {
  readonly disturbance = new CallDisturbance(() => this.#schedule)
  readonly #wait: Wait
  #schedule = new FaultSchedule({ faults: [] })

  constructor(clock: Pick<Clock, 'sleep'>) {
    this.#wait = async (ms, gone) => {
      if (ms > 0) await clock.sleep(ms, gone)
    }
  }

  set(faults: FaultPlan | readonly Fault[]): void {
    this.#schedule = new FaultSchedule(readFaults(faults))
  }

  clear(): void {
    this.#schedule.stop()
  }

  get plan(): FaultPlan {
    return this.#schedule.plan
  }

  get injected(): Injected {
    return this.#schedule.injected
  }

  around(operation: string, input: unknown, call: Call, answer: () => Response): Response {
    const isStream = operation === 'SubscribeToShard'
    if (this.#schedule.isEmpty && !isStream) return answer()
    const address = callAddress(input, call.streams, call.now)
    const response = this.#struck({ ...address, operation, now: call.now, answer })
    return isStream ? this.#withBrokenEvents(response, address, call) : response
  }

  #struck(call: Struck): Response {
    const { operation, stream, shard } = call
    const strike = this.#schedule.next(callKinds, { operation, stream }, aimedAt(shard))
    if (strike === undefined) return call.answer()
    const { fault } = strike
    switch (fault.kind) {
      case 'throttle':
        throw throttled(operation, call)
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

  /** Also if there are no faults yet: a subscription lives long enough to see some set. */
  #withBrokenEvents(response: Response, { stream, shard }: CallAddress, { wire }: Call): Response {
    if (typeof response.body !== 'function') return response
    const occasion = { operation: 'SubscribeToShard', stream }
    const next = () => this.#schedule.next(eventKinds, occasion, aimedAt(shard))?.fault
    return { ...response, body: brokenEvents(response.body, { next, wire, wait: this.#wait }) }
  }
}

function aimedAt(shard: string | undefined): (fault: Fault) => boolean {
  return (fault) => fault.shard === undefined || fault.shard === shard
}
