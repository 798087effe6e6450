import type { VirtualTime } from '../virtual-time.ts'
import type { Chance } from './chance.ts'
import { type Call, type Fault, FaultsToCome, faultText } from './fault.ts'

/** Something happened that must never happen. */
export class Broken extends Error {
  override readonly name = 'Broken'
}

/** What all processes of a history share: time, the faults to come, and what has been written down of it all. */
export class World {
  readonly time: VirtualTime
  readonly chance: Chance
  readonly faults: FaultsToCome
  /** What happened, a line for each deed. */
  readonly trace: string[] = []
  readonly #startMs: number
  readonly #outages = new Map<Call['service'], number>()
  #step = 0
  #broken: Broken | undefined

  constructor(time: VirtualTime, chance: Chance, faults: readonly Fault[]) {
    this.time = time
    this.chance = chance
    this.faults = new FaultsToCome(faults)
    this.#startMs = time.now
  }

  get step(): number {
    return this.#step
  }

  /** The first thing that must never happen and did. */
  get broken(): Broken | undefined {
    return this.#broken
  }

  tell(line: string): void {
    this.trace.push(`${this.#step} +${this.time.now - this.#startMs} ${line}`)
  }

  /** Notes what must never happen. The history ends with it. */
  breaks(what: string): void {
    this.tell(`BROKEN: ${what}`)
    this.#broken ??= new Broken(what)
  }

  /** A call is about to be made: what goes wrong at it. */
  nextStep(call: Call): Fault | undefined {
    this.#step += 1
    const fault = this.faults.take(this.#step, call)
    if (fault !== undefined) this.tell(`FAULT ${faultText(fault)}, at ${call.service}.${call.operation}`)
    return fault
  }

  beginOutage(service: Call['service'], ms: number): void {
    this.#outages.set(service, this.time.now + ms)
  }

  isOut(service: Call['service']): boolean {
    return this.time.now < (this.#outages.get(service) ?? 0)
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    this.faults.clear()
    this.#outages.clear()
  }
}
