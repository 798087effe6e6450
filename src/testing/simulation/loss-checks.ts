import type { Manifest, SourceEntry } from '../../checkpoint/manifest.ts'
import type { Gap } from '../../contract/source.ts'
import type { Page } from './page.ts'
import { type Doubt, RunReading } from './run-reading.ts'
import { hashKeyOf, type SimulatedShard, type SimulatedStream } from './simulated-stream.ts'
import { begunAt, type Place, placeOf, progressOf, type SourceProgress } from './source-progress.ts'
import type { World } from './world.ts'

/** What a run knew when it published its last checkpoint. */
type Settled = ReadonlyMap<string, { readonly stands: Place; readonly surelyUntil: number }>

/** Times of gaps that follow from numbers are cut to seconds. */
const cutMs = 1_000

/**
 * Checks that records which expire are missed when they may have expired, and only then: each checkpoint of a run goes
 * only over what the run has read, and over what it has noted as a gap; and says of no shard that it was read further,
 * or less far, than the run knew.
 */
export class LossChecks {
  readonly #world: World
  readonly #stream: SimulatedStream
  readonly #goesOn: boolean
  readonly #runs = new Map<number, RunReading>()
  readonly #current = new Map<string, RunReading>()
  readonly #settled = new Map<RunReading, Settled>()

  /** @param goesOn Whether the job goes on without what may have expired. */
  constructor(world: World, stream: SimulatedStream, goesOn: boolean) {
    this.#world = world
    this.#stream = stream
    this.#goesOn = goesOn
  }

  /** A process has claimed the job, and goes on at a checkpoint. */
  begins(process: string, generation: number, base: SourceEntry | undefined): void {
    const run = new RunReading(this.#stream, base)
    this.#runs.set(generation, run)
    this.#current.set(process, run)
  }

  received(process: string, shard: string, page: Page, aheadMs: number): void {
    this.#current.get(process)?.received(this.#stream.shards.get(shard)!, page, aheadMs)
  }

  /**
   * Whether a process may say that records of a shard, or of any, may have expired unread.
   *
   * @param aheadMs How far its clock is ahead of that of the stream.
   */
  mayBeLost(process: string, aheadMs: number, shard?: string): boolean {
    const run = this.#current.get(process)
    const shards = shard === undefined ? [...this.#stream.shards.values()] : [this.#stream.shards.get(shard)!]
    const now = this.#stream.now + aheadMs
    return run !== undefined && shards.some((one) => run.mayHaveExpired(one, now))
  }

  /**
   * A run has published a cut.
   *
   * @param aheadMs How far its clock has been set ahead: what it takes for the time of Kinesis may be as wrong.
   */
  published(
    { epoch, generation }: Pick<Manifest, 'epoch' | 'generation'>,
    entry: SourceEntry,
    aheadMs: number,
  ): void {
    const run = this.#runs.get(generation)
    if (run === undefined) return
    const progress = progressOf(entry)
    const finished = new Set(progress.lineage?.finished)
    for (const { id } of progress.lineage?.shards ?? []) {
      const shard = this.#stream.shards.get(id)!
      const complaint = finished.has(id)
        ? this.#unread(run, shard, { place: shard.records.length, partly: false }, progress, true)
        : (this.#unread(run, shard, placeOf(shard, entry.positions[id]), progress) ??
          this.#misjudged(run, shard, entry.positions[id] ?? null, progress, aheadMs))
      if (complaint !== undefined) this.#world.breaks(`the checkpoint of epoch ${epoch} ${complaint}`)
    }
    for (const gap of progress.gaps?.latest ?? []) this.#checkGap(run, gap, epoch, aheadMs)
    this.#settle(run)
  }

  /** What of a shard the run has neither read nor noted as missing, though its checkpoint is past it. */
  #unread(
    run: RunReading,
    shard: SimulatedShard,
    upTo: Place,
    progress: SourceProgress,
    ended = false,
  ): string | undefined {
    const read = run.of(shard)
    const gaps = progress.gaps?.latest ?? []
    const passed = read.doubts.filter(({ before }) => begunAt(before) < begunAt(upTo))
    for (const doubt of passed) {
      if (!this.#isNoted(shard, doubt, gaps))
        return `is past records of ${shard.id} that may have expired unread, from the ${doubt.before.place + 1}. on`
    }
    run.accept(shard, upTo)
    const isGap = gaps.some((gap) => gap.split === shard.id)
    if (ended && !read.ended && !(this.#goesOn && isGap)) return `has ${shard.id} as read, which is not`
    if (!ended && begunAt(upTo) > begunAt(read.stands))
      return `is past records of ${shard.id} that nobody has read`
    return undefined
  }

  #isNoted(shard: SimulatedShard, { before, surelyUntil, at }: Doubt, gaps: readonly Gap[]): boolean {
    if (!this.#goesOn) return false
    const own = gaps.filter(({ split }) => split === shard.id)
    const covers = (at: number) =>
      own.some(({ from, until }) => (from ?? Number.NEGATIVE_INFINITY) <= at && at <= until)
    const missing = shard.records.slice(begunAt(before), at)
    return (
      own.some((gap) => gap.until + cutMs >= surelyUntil) &&
      missing.every((record) => covers(record.arrivalTime))
    )
  }

  /** Whether the checkpoint says that a shard was read further than it was, or forgets how far it was. */
  #misjudged(
    run: RunReading,
    shard: SimulatedShard,
    position: string | null,
    { read: noted, gaps, wantedSince = 0 }: SourceProgress,
    aheadMs: number,
  ): string | undefined {
    const note = noted?.[shard.id]
    const expired = this.#stream.expiredOf(shard)
    const next = note && placeOf(shard, note.after)
    const unread =
      next &&
      shard.records.find(
        ({ arrivalTime }, at) => at >= begunAt(next) && arrivalTime >= wantedSince && !(gaps && at < expired),
      )
    const { now } = this.#stream
    if (note !== undefined && note.readUntil > Math.min(now, unread?.arrivalTime ?? now) + aheadMs)
      return `says that ${shard.id} was read further than it was, until ${note.readUntil}`
    const { stands } = run.of(shard)
    const settled = this.#settled.get(run)?.get(shard.id)
    const place = placeOf(shard, position)
    if (settled === undefined || begunAt(place) !== begunAt(settled.stands) || place.partly) return undefined
    if (begunAt(stands) !== begunAt(place)) return undefined
    if (note === undefined || note.after !== position || note.readUntil < settled.surelyUntil)
      return `has forgotten that ${shard.id} was read until ${settled.surelyUntil}`
    return undefined
  }

  /** A gap must lie where the run may have missed something, and must not hold what is still there. */
  #checkGap(run: RunReading, gap: Gap, epoch: number, aheadMs: number): void {
    const before = run.gapsBefore?.latest.find(
      ({ split, after }) => split === gap.split && after === gap.after,
    )
    if (before !== undefined && before.until === gap.until) return
    const shard = this.#stream.shards.get(gap.split)!
    const stands = placeOf(shard, gap.after)
    const kept = shard.records
      .slice(Math.max(begunAt(stands), this.#stream.expiredOf(shard)))
      .find(({ arrivalTime }) => arrivalTime < gap.until - aheadMs)
    const what = `the checkpoint of epoch ${epoch} has a gap in ${gap.split} until ${gap.until}`
    if (kept !== undefined) this.#world.breaks(`${what}, with a record that has not expired`)
    const { suspect } = run.of(shard)
    if (!suspect && !run.mayHaveExpired(shard, this.#stream.now + aheadMs))
      this.#world.breaks(`${what}, where nothing may have expired`)
  }

  #settle(run: RunReading): void {
    const shards = [...this.#stream.shards.values()]
    this.#settled.set(
      run,
      new Map(
        shards
          .map((shard) => [shard.id, run.of(shard)] as const)
          .filter(([, { known, ended, doubts }]) => known && !ended && doubts.length === 0),
      ),
    )
  }
}

/** The places of the inputs that lie in gaps of a checkpoint. */
export function missableIn(
  stream: SimulatedStream,
  { gaps }: SourceProgress,
  puts: readonly { readonly at: number; readonly key: string; readonly index: number }[],
): ReadonlySet<number> {
  const inGap = (key: string, at: number) =>
    (gaps?.latest ?? []).some(({ range, from, until }) => {
      const hashKey = hashKeyOf(key)
      const inRange = BigInt(range.start) <= hashKey && hashKey <= BigInt(range.end)
      return inRange && (from ?? 0) <= at && at <= until && until <= stream.now
    })
  return new Set(puts.filter(({ key, at }) => inGap(key, at)).map(({ index }) => index))
}
