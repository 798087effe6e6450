import type { Clock, Random } from '../../contract/clock.ts'
import { MillraceError } from '../../errors.ts'
import type { Chance } from './chance.ts'
import { type Call, chanceOf, type Fault, type FaultKind } from './fault.ts'
import type { World } from './world.ts'

/** What a fault does that is not about the call at which it happens. */
export type WorldFault = (fault: Fault, process: SimulatedProcess) => void

/** What becomes of a call. */
interface Fate {
  /** Until it happens, and from then on until it is answered. */
  readonly toMs: number
  readonly backMs: number
  readonly happens: boolean
  readonly again: boolean
  /** A fault that makes it happen in another way. */
  readonly kind: FaultKind | undefined
  readonly answer: 'result' | 'nothing' | Error
}

/** The result of a call that an error takes the place of. */
export type Failing = (kind: FaultKind | undefined, call: Call) => Error

/**
 * One process that runs the job. It lives on virtual time and reaches the world by calls alone; when it dies, it hears
 * of nothing any more, while what it has sent may still happen.
 */
export class SimulatedProcess {
  readonly name: string
  readonly random: Random
  readonly #world: World
  readonly #chance: Chance
  readonly #onWorldFault: WorldFault
  #alive = true
  #skewMs = 0
  #leastSkewMs = 0
  #furthestAheadMs = 0
  #stoppedUntil = 0
  #takesAllAlong = false
  readonly #gone = new AbortController()

  constructor(name: string, world: World, onWorldFault: WorldFault) {
    this.name = name
    this.#world = world
    this.#chance = world.chance.fork()
    this.random = this.#chance.fork().next
    this.#onWorldFault = onWorldFault
  }

  get alive(): boolean {
    return this.#alive
  }

  /** How far its clock has been ahead at most of what it showed at some time before. */
  get furthestAheadMs(): number {
    return this.#furthestAheadMs
  }

  readonly clock: Clock = {
    now: () => this.#world.time.now + this.#skewMs,
    sleep: async (ms, signal) => {
      await this.#world.time.sleep(ms, signal)
      await this.#turn()
    },
  }

  get paused(): boolean {
    return this.#world.time.now < this.#stoppedUntil
  }

  /** @param withAll Whether nothing happens any more of what it has sent. Default: chance decides. */
  die(withAll = false): void {
    if (this.#alive) this.#world.tell(`${this.name} dies`)
    this.#alive = false
    this.#takesAllAlong ||= withAll
  }

  /** Stands still for a while, and knows nothing of it. */
  pause(ms: number): void {
    this.#stoppedUntil = this.#world.time.now + ms
  }

  /** Its clock is set to another time. */
  skew(ms: number): void {
    this.#skewMs += ms
    this.#leastSkewMs = Math.min(this.#leastSkewMs, this.#skewMs)
    this.#furthestAheadMs = Math.max(this.#furthestAheadMs, this.#skewMs - this.#leastSkewMs)
  }

  /** A signal that is aborted with another one, or when the process is let go. */
  following(signal: AbortSignal): AbortSignal {
    const own = new AbortController()
    const followed = [signal, this.#gone.signal]
    const onAbort = () => {
      for (const one of followed) one.removeEventListener('abort', onAbort)
      own.abort(followed.find(({ aborted }) => aborted)?.reason)
    }
    for (const one of followed) one.addEventListener('abort', onAbort)
    if (followed.some(({ aborted }) => aborted)) onAbort()
    return own.signal
  }

  /** The history is over. What the dead wait for would stay in memory for ever: a combined signal that is listened to does. */
  letGo(): void {
    this.die()
    this.#gone.abort('the history is over')
  }

  /** Whether a thing of its own, such as room for more rows, keeps it waiting for a moment. */
  maybeWait(share: number): Promise<void> | undefined {
    this.#world.time.stir()
    if (!this.#chance.in(share)) return undefined
    return this.clock.sleep(this.#chance.between(1, 50))
  }

  /** Calls something outside: `act` happens there, at once and as a whole, if it happens at all. */
  call<T>(
    call: Call,
    act: (fault?: FaultKind) => T,
    failing: Failing = failed,
    signal?: AbortSignal,
  ): Promise<T> {
    const world = this.#world
    world.time.stir()
    if (!this.#alive) return forever()
    const fate = this.#fateOf(call, failing)
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(signal!.reason)
      signal?.addEventListener('abort', onAbort, { once: true })
      const settle = (how: () => void) => {
        void this.#turn().then(() => {
          signal?.removeEventListener('abort', onAbort)
          how()
        })
      }
      const happen = () => {
        const result = this.#happen(call, act, fate)
        if (fate.answer === 'nothing') return
        world.time.after(fate.backMs, () => {
          if (fate.answer instanceof Error) settle(() => reject(fate.answer))
          else if (result === undefined) return
          else if ('error' in result) settle(() => reject(result.error))
          else settle(() => resolve(result.value))
        })
      }
      world.time.after(fate.toMs, happen)
    })
  }

  #happen<T>(
    call: Call,
    act: (fault?: FaultKind) => T,
    fate: Fate,
  ): { readonly value: T } | { readonly error: unknown } | undefined {
    const world = this.#world
    const what = `${this.name} ${call.service}.${call.operation} ${call.detail}`
    // What a dead process has sent arrives or does not.
    if (!fate.happens || (!this.#alive && (this.#takesAllAlong || this.#chance.in(0.5)))) {
      world.tell(`${what}: does not happen`)
      return undefined
    }
    if (fate.again) world.time.after(this.#chance.between(1, 3_000), () => this.#repeat(what, act))
    try {
      const value = act(fate.kind)
      world.tell(`${what}: ${answerText(value)}`)
      return { value }
    } catch (error) {
      world.tell(`${what}: ${error instanceof Error ? error.name : error}`)
      return { error }
    }
  }

  #repeat(what: string, act: () => unknown): void {
    this.#world.tell(`${what}: once more`)
    act()
  }

  #fateOf(call: Call, failing: Failing): Fate {
    const fault = this.#world.nextStep(call)
    const [toMs, backMs] = [this.#chance.between(1, 10), this.#chance.between(1, 10)]
    const usual = { toMs, backMs, happens: true, again: false, kind: fault?.kind, answer: 'result' as const }
    if (fault?.kind.startsWith('crash')) this.die()
    if (fault !== undefined) this.#onWorldFault(fault, this)
    if (!this.#alive) return { ...usual, happens: fault?.kind === 'crash in flight', answer: 'nothing' }
    if (this.#world.isOut(call.service)) return { ...usual, happens: false, answer: failing(undefined, call) }
    switch (fault?.kind) {
      case 'refused':
      case 'throttle':
      case 'iterator expired':
      case 'subscription dropped':
        return { ...usual, happens: false, answer: failing(fault.kind, call) }
      case 'answer lost':
        return { ...usual, answer: failing(fault.kind, call) }
      case 'no answer':
        return { ...usual, answer: 'nothing' }
      case 'sent twice':
        return { ...usual, again: true }
      case 'slow': {
        const before = chanceOf(fault).in(0.5)
        return before ? { ...usual, toMs: fault.ms } : { ...usual, backMs: fault.ms }
      }
      default:
        return usual
    }
  }

  /** Resolves when the process runs; never if it is dead. */
  async #turn(): Promise<void> {
    while (this.#alive && this.paused) await this.#world.time.sleep(this.#stoppedUntil - this.#world.time.now)
    if (!this.#alive) await forever()
    this.#world.time.stir()
  }
}

/** One promise for all would keep every process that waits for it. */
function forever(): Promise<never> {
  return new Promise(() => {})
}

function answerText(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `${value.length} items`
  return value === undefined ? 'done' : 'answered'
}

function failed(_kind: FaultKind | undefined, { service, operation }: Call): Error {
  const code = service === 'store' ? 'STORE_FAILED' : 'SINK_FAILED'
  return new MillraceError(code, `the simulated ${service} refused ${operation}`)
}
