import type { Fault, FaultKind, Injected } from '../../connectors/kinesis-local/index.ts'
import { Chance } from '../../src/testing/simulation/chance.ts'
import { DrivenTime } from './driven-time.ts'
import type { MortalJob } from './mortal-job.ts'
import { SoakedStream } from './soaked-stream.ts'
import { ReadingJob, type Visit, writingJob } from './visit-jobs.ts'

const visitsASecond = 30
export const reshardsAMinute = 20
const killsAMinute = 1
const keys = 97
const rate = 0.01

/** Each strikes one in a hundred of the calls, or events, that it can strike; what is asked for seldom a little more. */
const faultsOf: { readonly [kind in FaultKind]: Fault } = {
  throttle: { kind: 'throttle', rate },
  'internal-failure': { kind: 'internal-failure', rate },
  'expired-iterator': { kind: 'expired-iterator', rate },
  slow: { kind: 'slow', rate, delay: '4s' },
  cut: { kind: 'cut', rate },
  'lost-answer': { kind: 'lost-answer', rate },
  'partial-put': { kind: 'partial-put', rate: 0.05 },
  'delayed-shards': { kind: 'delayed-shards', rate: 0.1, delay: '8s' },
  'missing-children': { kind: 'missing-children', rate: 0.1 },
  'truncated-frame': { kind: 'truncated-frame', rate },
  'bad-crc': { kind: 'bad-crc', rate },
  drop: { kind: 'drop', rate },
  silence: { kind: 'silence', rate },
  'error-event': { kind: 'error-event', rate },
  repeat: { kind: 'repeat', rate },
}

/** A stream under load, and two jobs that read it side by side, for minutes of driven time. */
export class Soak {
  readonly visits: readonly Visit[]
  readonly polling: ReadingJob
  readonly fanOut: ReadingJob
  readonly stream: SoakedStream
  readonly time: DrivenTime
  readonly #writer: MortalJob
  readonly #chance: Chance
  readonly #minutes: number

  static async start(seed: number, minutes: number): Promise<Soak> {
    const time = new DrivenTime()
    const stream = await SoakedStream.start(time)
    stream.kinesis.faults.set({ seed, faults: Object.values(faultsOf) })
    return new Soak(stream, time, seed, minutes)
  }

  private constructor(stream: SoakedStream, time: DrivenTime, seed: number, minutes: number) {
    const place = { stream, clock: time.clock, seed }
    this.#chance = new Chance(seed)
    this.#minutes = minutes
    this.visits = visits(minutes * 60 * visitsASecond)
    this.stream = stream
    this.time = time
    this.#writer = writingJob(this.visits, visitsASecond, place)
    this.polling = new ReadingJob('polling', place)
    this.fanOut = new ReadingJob('fan-out', place)
  }

  get injected(): Injected {
    return this.stream.kinesis.faults.injected
  }

  /** All of it, until every visit was read, or cannot be expected any more. */
  async run(): Promise<void> {
    const jobs = [this.#writer, this.polling, this.fanOut]
    for (const one of jobs) one.start()
    await this.#live(jobs)
    await this.time.until(this.#writer.ended())
    const giveUpAt = this.time.clock.now() + 900_000
    while (!this.#complete && this.time.clock.now() < giveUpAt) await this.#tick()
    this.stream.kinesis.faults.clear()
    await this.time.until(Promise.all([this.polling.stop(), this.fanOut.stop()]))
  }

  close(): Promise<void> {
    return this.stream.kinesis.close()
  }

  /** Splits, merges and kills, spread over all of the time. */
  async #live(jobs: readonly MortalJob[]): Promise<void> {
    const startedAt = this.time.clock.now()
    const minutesGone = () => (this.time.clock.now() - startedAt) / 60_000
    const enough = this.#minutes * reshardsAMinute
    for (let kills = 0; minutesGone() < this.#minutes || this.stream.reshards < enough; ) {
      await this.#tick()
      if (this.stream.reshards < minutesGone() * reshardsAMinute) {
        await this.time.until(this.stream.reshard(this.#chance).catch(() => {}))
      }
      if (kills + 1 > minutesGone() * killsAMinute) continue
      await this.time.until(jobs[kills % jobs.length]!.kill())
      kills += 1
    }
  }

  async #tick(): Promise<void> {
    await this.time.tick()
    for (const one of [this.#writer, this.polling, this.fanOut]) one.assertAlive()
  }

  get #complete(): boolean {
    return [this.polling, this.fanOut].every(({ rows }) => rows.length >= this.visits.length)
  }
}

function visits(count: number): Visit[] {
  return Array.from({ length: count }, (_, i) => ({ key: `key ${i % keys}`, n: Math.floor(i / keys) }))
}
