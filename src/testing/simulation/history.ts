import type { Manifest } from '../../checkpoint/manifest.ts'
import { type MillraceError, millraceError } from '../../errors.ts'
import type { Job } from '../../job.ts'
import type { JobEvent } from '../../observe/events.ts'
import { run } from '../../runtime/run.ts'
import type { RunningJob } from '../../runtime/running-job.ts'
import { sinkNames, sourceNames, withEnds } from '../replaced-ends.ts'
import { VirtualTime } from '../virtual-time.ts'
import { Chance } from './chance.ts'
import { Destination } from './destination.ts'
import { chanceOf, type Fault } from './fault.ts'
import type { HistoryParts, Outcome } from './history-parts.ts'
import { LossChecks, missableIn } from './loss-checks.ts'
import { ManifestChecks } from './manifest-checks.ts'
import { Producer } from './producer.ts'
import { ReadingChecks } from './reading-checks.ts'
import { absenceMs, furthestJumpMs, retentionsLong, slownessMs } from './retention.ts'
import { inputDecoder } from './simulated-input.ts'
import { SimulatedProcess } from './simulated-process.ts'
import { SimulatedStorage } from './simulated-storage.ts'
import { SimulatedStream } from './simulated-stream.ts'
import { SourceChecks } from './source-checks.ts'
import { progressIn } from './source-progress.ts'
import { streamClient } from './stream-client.ts'
import { World } from './world.ts'

interface Living {
  readonly process: SimulatedProcess
  readonly running: RunningJob
  /** Of its last claim. */
  generation: number
  ended: boolean
}

/** Faults that have found no call by then come no more. */
const faultsWithinMs = 40_000
/** Within this time a job must come to its end when nothing goes wrong any more. */
const patienceMs = 1_800_000
const mostSteps = 40_000
/** So that checkpoints come in the middle of records that hold several. They come oftener, too. */
const aggregatedPerFetch = 1

/** One history of a job: from its first start through the faults to its end, decided by the seed alone. */
export async function history(parts: HistoryParts): Promise<Outcome> {
  const life = new History(parts)
  await life.live()
  return life.end()
}

class History {
  readonly #parts: HistoryParts
  readonly #world: World
  readonly #checks: ManifestChecks
  readonly #storage: SimulatedStorage
  readonly #streams: ReadonlyMap<string, SimulatedStream>
  readonly #reading: ReadonlyMap<string, SourceChecks>
  readonly #producers: ReadonlyMap<string, Producer>
  readonly #destinations: ReadonlyMap<string, Destination>
  readonly #read: 'polling' | 'fan-out'
  readonly #checkpointEveryMs: number
  readonly #slownessMs: number | undefined
  readonly #living: Living[] = []
  #processes = 0
  #calm = false
  #absentUntil = 0
  #stopped = false

  constructor(parts: HistoryParts) {
    this.#parts = parts
    const chance = new Chance(parts.seed)
    const ties = chance.fork()
    const time = new VirtualTime(0, ties.next)
    this.#world = new World(time, chance.fork(), parts.faults)
    this.#checks = new ManifestChecks(this.#world, (manifest) => this.#onCut(manifest))
    this.#storage = new SimulatedStorage(this.#world, this.#checks)
    const names = sourceNames(parts.job)
    this.#streams = new Map(
      names.map((name) => [name, new SimulatedStream(name, time, chance.between(1, 4), parts.retention?.ms)]),
    )
    this.#reading = new Map([...this.#streams].map(([name, stream]) => [name, this.#checksOf(name, stream)]))
    this.#destinations = new Map(
      sinkNames(parts.job).map((name) => [
        name,
        new Destination(name, this.#world, this.#checks, (row) => parts.allowed(name, row)),
      ]),
    )
    this.#read = chance.in(0.3) ? 'fan-out' : 'polling'
    const oftener = parts.aggregated ? (parts.retention ? 4 : 20) : 1
    this.#checkpointEveryMs = chance.oneOf([200, 500, 1_000, 3_000]) / oftener
    const { aggregated } = parts
    this.#producers = new Map(
      [...this.#streams].map(([name, stream]) => [
        name,
        new Producer(stream, time, parts.inputs[name] ?? [], { aggregated, chance: chance.fork() }),
      ]),
    )
    // Where records expire, they come when the job wants them.
    for (const [name, producer] of this.#producers)
      producer.beginOnce(() => this.#isWanted(this.#checks.last, [name]))
    this.#slownessMs = parts.retention && slownessMs(parts.retention, chance)
  }

  async live(): Promise<void> {
    const { time, faults } = this.#world
    this.#world.tell(`shards are read by ${this.#read}, a checkpoint every ${this.#checkpointEveryMs} ms`)
    this.#start()
    await time.settled()
    const lastsMs = retentionsLong * (this.#parts.retention?.ms ?? 0) || faultsWithinMs
    await this.#until(
      () =>
        [...this.#producers.values()].every(({ done }) => done) &&
        (faults.length === 0 || time.now > lastsMs),
    )
    if (this.#stopped) return
    this.#calm = true
    this.#world.calm()
    this.#world.tell('nothing goes wrong any more')
    for (const { running } of this.#living) running.stop()
    await time.settled()
    const isOver = ({ ended, process }: Living) => ended || !process.alive
    await this.#until(() => this.#living.every(isOver))
    const restless = this.#living.find((one) => !isOver(one))
    if (restless !== undefined && this.#world.broken === undefined)
      this.#world.breaks(`${restless.process.name} does not stop though nothing goes wrong any more`)
    if (this.#world.broken !== undefined || this.#stopped) return
    const last = this.#start('caught-up')
    await this.#until(() => last.ended)
    if (!last.ended && this.#world.broken === undefined)
      this.#world.breaks('the job does not come to its end though nothing goes wrong any more')
  }

  end(): Outcome {
    const { trace, step, broken } = this.#world
    const rows = Object.fromEntries([...this.#destinations].map(([name, { rows }]) => [name, rows]))
    const { last } = this.#checks
    const missable = Object.fromEntries(
      [...this.#streams].map(([name, stream]) => [
        name,
        missableIn(stream, progressIn(last, name), this.#producers.get(name)!.puts),
      ]),
    )
    const outcome = { rows, trace: [...trace], steps: step, broken, stopped: this.#stopped, missable }
    for (const { process } of this.#living) process.letGo()
    return outcome
  }

  /** Lets time pass until something is so, something breaks, or it takes too long. */
  async #until(isSo: () => boolean): Promise<void> {
    const { time } = this.#world
    const latest = time.now + patienceMs
    const going = () =>
      this.#world.broken === undefined && this.#world.step < mostSteps && time.now < latest && !this.#stopped
    while (!isSo() && going()) {
      if (!(await time.step())) break
    }
  }

  /** Whether a job has noted that what arrives from now on may not be missed: what expires of what came before is no loss. */
  #isWanted(last: Manifest | undefined, sources: Iterable<string> = this.#streams.keys()): boolean {
    if (this.#parts.retention === undefined) return true
    const { now } = this.#world.time
    return [...sources].every(
      (name) => (progressIn(last, name).wantedSince ?? Number.POSITIVE_INFINITY) <= now,
    )
  }

  /** Whether nothing of a shard is to be read any more. */
  #isOver(source: string, shard: string): boolean {
    if (this.#checks.isFinished(source, shard)) return true
    const stream = this.#streams.get(source)!
    return this.#parts.retention?.onDataLoss === 'continue' && stream.isGone(stream.shards.get(shard)!)
  }

  #start(until?: 'caught-up'): Living {
    this.#processes += 1
    const name = `p${this.#processes}`
    const process = new SimulatedProcess(name, this.#world, this.#onFault)
    this.#world.tell(`${name} starts`)
    const running = run(this.#jobOf(process), {
      checkpoints: this.#storage.storeOf(process),
      clock: process.clock,
      random: process.random,
      ...(until && { until }),
    })
    const living: Living = { process, running, generation: 0, ended: false }
    this.#living.push(living)
    running.events$.subscribe((event) => this.#onEvent(living, event))
    const onEnd = (how: string, failure?: MillraceError) => {
      living.ended = true
      this.#world.tell(`${name} ends: ${how}`)
      this.#world.time.stir()
      if (failure?.code === 'DATA_LOST' && this.#mayBeLost(process, failure)) {
        // One that was taken over may say so as well: it judges by what it knows itself.
        if (process.alive && living.generation === this.#checks.last?.generation) this.#stopped = true
      } else if (failure !== undefined && (until !== undefined || !mayHappen(failure)))
        this.#world.breaks(`${name} ended with ${failure.message}`)
      this.#startAgain()
    }
    running.then(
      ({ outcome }) => onEnd(outcome),
      (error: unknown) => onEnd(millraceError(error).code, millraceError(error)),
    )
    return living
  }

  #mayBeLost({ name, furthestAheadMs }: SimulatedProcess, { where }: MillraceError): boolean {
    if (this.#parts.retention?.onDataLoss !== 'fail') return false
    const named = [...this.#reading].filter(([source]) => source === (where.source ?? source))
    return named.some(([, { losses }]) => losses.mayBeLost(name, furthestAheadMs, where.shard))
  }

  #checksOf(source: string, stream: SimulatedStream): SourceChecks {
    const order = new ReadingChecks(this.#world, stream, (shard) => this.#isOver(source, shard))
    const losses = new LossChecks(this.#world, stream, this.#parts.retention?.onDataLoss === 'continue')
    const aheadOf = (name: string) =>
      this.#living.find(({ process }) => process.name === name)?.process.furthestAheadMs ?? 0
    return new SourceChecks(order, losses, aheadOf)
  }

  #onCut(manifest: Manifest): void {
    // What a run takes for the time of Kinesis is in its checkpoints, and passed on to the next.
    const aheadMs = Math.max(...this.#living.map(({ process }) => process.furthestAheadMs))
    for (const [source, entry] of Object.entries(manifest.sources))
      this.#reading.get(source)?.losses.published(manifest, entry, aheadMs)
  }

  #onEvent(living: Living, event: JobEvent): void {
    const { name, alive } = living.process
    if (!alive) return
    if (event.kind === 'restarting') {
      this.#world.tell(`${name} restarts: ${event.error.message}`)
      if (!mayHappen(event.error)) this.#world.breaks(`${name} failed with ${event.error.message}`)
    } else if (event.kind === 'started') {
      const { generation } = event
      this.#world.tell(`${name} runs as generation ${generation}, from ${event.restoredFrom ?? 'nothing'}`)
      living.generation = generation
      const { sources } = this.#checks.of(generation)!
      for (const [source, { losses }] of this.#reading) losses.begins(name, generation, sources[source])
    }
  }

  /** Somebody sees to it that the job runs. */
  #startAgain(): void {
    if (this.#calm) return
    const { chance, time } = this.#world
    const absentMs = Math.max(0, this.#absentUntil - time.now)
    time.after(absentMs + chance.between(1, 3_000), () => {
      if (this.#living.every(({ ended, process }) => ended || !process.alive)) this.#startBeside()
    })
  }

  #jobOf(process: SimulatedProcess): Job {
    const { inputs, job, kinesisSource } = this.#parts
    return withEnds(job, {
      checkpointEveryMs: this.#checkpointEveryMs,
      sinkOf: (name) => this.#destinations.get(name)!.sinkOf(process),
      sourceOf: (name) => {
        const source = kinesisSource({
          stream: name,
          startAt: 'trim-horizon',
          decode: inputDecoder(inputs[name] ?? []),
          client: streamClient(this.#streams.get(name)!, process, this.#reading.get(name)!, this.#slownessMs),
          read: this.#read,
          pace: 'none',
          discoverEvery: '5s',
          ...(this.#parts.aggregated && { recordsPerFetch: aggregatedPerFetch }),
          ...(this.#parts.retention && { onDataLoss: this.#parts.retention.onDataLoss }),
        })
        return {
          ...source,
          open: (context, restored) =>
            source.open({ ...context, signal: process.following(context.signal) }, restored),
        }
      },
    })
  }

  readonly #onFault = (fault: Fault, process: SimulatedProcess): void => {
    const chance = chanceOf(fault)
    const { kind, ms } = fault
    if (kind.startsWith('crash')) this.#startAgain()
    else if (kind === 'absence') this.#leave(chance)
    else if (kind === 'pause') {
      process.pause(ms)
      this.#world.time.after(chance.between(0, ms), () => this.#startBeside())
    } else if (kind === 'damaged checkpoint') this.#damage(process)
    else if (kind === 'rival') this.#world.time.after(chance.between(0, 500), () => this.#startBeside())
    else if (kind === 'stop') {
      this.#living.find((one) => one.process === process)?.running.stop()
    } else if (kind === 'clock jump') this.#setClock(process, chance)
    else if (kind === 'outage') this.#world.beginOutage(chance.oneOf(['store', 'kinesis', 'sink']), ms)
    else if (kind === 'reshard') {
      const stream = chance.oneOf([...this.#streams.values()])
      this.#world.tell(`${stream.name}: ${stream.reshard(chance)}`)
    }
  }

  #setClock(process: SimulatedProcess, chance: Chance): void {
    const mostMs = furthestJumpMs(this.#parts.retention)
    process.skew(chance.between(-mostMs, mostMs))
  }

  #startBeside(): void {
    if (!this.#calm && this.#world.time.now >= this.#absentUntil) this.#start()
  }

  /** Everybody dies, and nobody starts the job for a while. */
  #leave(chance: Chance): void {
    this.#absentUntil = this.#world.time.now + absenceMs(this.#parts.retention!, chance)
    for (const { process, ended } of this.#living) if (process.alive && !ended) process.die()
    this.#startAgain()
  }

  /** Only a job that runs alone: nobody else may still commit what is lost. */
  #damage(process: SimulatedProcess): void {
    const running = this.#living.filter((one) => one.process.alive && !one.ended)
    const alone = running.length === 1 && running[0]?.process === process
    if (!alone || process.paused || !this.#storage.tear((before) => this.#isWanted(before))) return
    // Nor may one that is dead still claim the job by what it had read before.
    for (const one of this.#living) one.process.die(true)
    this.#startAgain()
  }
}

/** Errors that faults lead to: another run has taken over, or a service was away for long. */
function mayHappen({ code, retryable }: MillraceError): boolean {
  return code === 'JOB_FENCED' || (retryable && code !== 'UNEXPECTED')
}
