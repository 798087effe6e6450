import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Clock } from '../contract/clock.ts'
import type { CommitPermit, Staged } from '../contract/sink.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import { MillraceError } from '../errors.ts'
import {
  encodeManifest,
  type Manifest,
  manifestName,
  type PartEntry,
  partsOf,
  type SinkEntry,
  type SnapshotEntry,
  type SourceEntry,
  sha256,
} from './manifest.ts'
import { claim, decideStart, obsolete, partName, partPrefix } from './protocol.ts'
import { findCheckpoints, listEpochs, type Parts, type Restored, restoredFrom } from './recovery.ts'

/** What the dataflow gave at a barrier. */
export interface Cut {
  readonly sources: Readonly<Record<string, SourceEntry>>
  readonly operators: Readonly<Record<string, Snapshot>>
  readonly sinks: Readonly<Record<string, Staged>>
  readonly finished: boolean
}

/** What a run starts from. */
export interface Claimed {
  /** The checkpoint to restore; `undefined` at the very first start. */
  readonly restored: Restored | undefined
  /** Epochs that could not be trusted, newest first. */
  readonly skipped: readonly { readonly epoch: number; readonly reason: string }[]
}

/** What a checkpoint has written so far, and the parts that it may refer to without writing them. */
interface Writing {
  sizeBytes: number
  readonly present: ReadonlySet<string>
}

/** How many epochs are kept, so that there is one to fall back to. */
const epochsKept = 3
/** How often a run that loses the race for an epoch tries the next one. */
const claimAttempts = 20

/** Publishes the checkpoints of one run, as the protocol decides. */
export class CheckpointCoordinator {
  readonly #job: string
  readonly #store: CheckpointStore
  readonly #clock: Clock
  readonly #newLineage: () => string
  /** The last manifests that this run knows to be good, oldest first. */
  #retained: Manifest[] = []
  /** All that the store had when the last one was published. */
  #epochs: readonly number[] = []
  /** Where parts were stored. An array is not written again as long as a retained epoch has its part. */
  readonly #stored = new WeakMap<Uint8Array, PartEntry>()
  lineage = ''
  epoch = 0
  generation = 0

  constructor(job: string, store: CheckpointStore, clock: Clock, newLineage: () => string) {
    this.#job = job
    this.#store = store
    this.#clock = clock
    this.#newLineage = newLineage
  }

  /**
   * Takes the job over: finds the newest good checkpoint and publishes the next epoch under a new generation.
   *
   * @param accept Throws if the job has no use for what was found; then a run that is still alive is left in peace.
   * @throws MillraceError `CHECKPOINT_CORRUPT` if none is good, `CHECKPOINT_FOREIGN` if it is of another job,
   *   `JOB_FENCED` if other runs keep claiming it.
   */
  async claim(accept: (found: Restored) => void = () => {}): Promise<Claimed> {
    for (let attempt = 0; attempt < claimAttempts; attempt += 1) {
      const found = await findCheckpoints(this.#store, this.#job)
      const start = decideStart(found)
      if (start.decision === 'refuse') {
        // A run that is still alive deletes old epochs: what it has published since is to be looked at.
        if ((await listEpochs(this.#store)).some((epoch) => epoch > found[0]!.epoch)) continue
        throw new MillraceError(
          'CHECKPOINT_CORRUPT',
          `no checkpoint in ${this.#store.description} is good: ${start.reason}`,
        )
      }
      const last = start.decision === 'continue' ? start.manifest : this.#firstManifest()
      const parts = found.at(-1)?.parts ?? new Map()
      const restored = start.decision === 'continue' ? restoredFrom(last, parts) : undefined
      if (restored !== undefined) accept(restored)
      this.generation = start.nextEpoch
      this.lineage = last.lineage
      if (!(await this.#publish(claim(last, start.nextEpoch, this.#clock.now())))) continue
      this.#rememberParts(parts)
      return {
        restored,
        skipped: found.flatMap((one) => ('damage' in one ? [{ epoch: one.epoch, reason: one.damage }] : [])),
      }
    }
    throw new MillraceError('JOB_FENCED', `other runs keep claiming the job in ${this.#store.description}`)
  }

  /**
   * Publishes a cut as the next epoch. Once it resolves, the cut is where the job is.
   *
   * @throws MillraceError `JOB_FENCED` if another run has taken the job over.
   */
  async complete(cut: Cut): Promise<{ readonly permit: CommitPermit; readonly sizeBytes: number }> {
    const writing = {
      sizeBytes: 0,
      present: new Set(this.#retained.flatMap(partsOf).map(({ name }) => name)),
    }
    const manifest: Manifest = {
      ...this.#header(this.epoch + 1),
      finished: cut.finished,
      sources: cut.sources,
      operators: await mapped(cut.operators, (snapshot) => this.#storeSnapshot(snapshot, writing)),
      sinks: await mapped(cut.sinks, (staged) => this.#storeStaged(staged, writing)),
    }
    if (!(await this.#publish(manifest))) {
      throw new MillraceError('JOB_FENCED', `another run has published epoch ${manifest.epoch}`)
    }
    return { permit: this.permit(), sizeBytes: writing.sizeBytes }
  }

  /** Allows commits of the last published epoch. The only place where a permit is made. */
  permit(): CommitPermit {
    return { epoch: this.epoch, generation: this.generation } as CommitPermit
  }

  /** Deletes what no retained epoch needs. */
  async deleteObsolete(): Promise<void> {
    const gone = obsolete(this.#retained, this.#epochs, await this.#store.list(partPrefix), this.generation)
    for (const epoch of gone.epochs) await this.#store.delete(manifestName(epoch))
    for (const part of gone.parts) await this.#store.delete(part)
  }

  #header(epoch: number) {
    const { lineage, generation } = this
    return { format: 1 as const, job: this.#job, lineage, epoch, generation, createdAt: this.#clock.now() }
  }

  #firstManifest(): Manifest {
    this.lineage = this.#newLineage()
    return { ...this.#header(0), finished: false, sources: {}, operators: {}, sinks: {} }
  }

  /**
   * Whether the epoch is ours. Its name is not proof enough: of a run that slept for long, others may have published
   * that epoch and deleted it since. The newest epoch is never deleted, so a later one shows that.
   */
  async #publish(manifest: Manifest): Promise<boolean> {
    const { epoch } = manifest
    const outcome = await this.#store.writeOnce(manifestName(epoch), encodeManifest(manifest))
    if (outcome === 'taken') return false
    this.#epochs = await listEpochs(this.#store)
    if (this.#epochs.some((other) => other > epoch)) return false
    this.epoch = epoch
    this.#retained = [...this.#retained, manifest].slice(-epochsKept)
    return true
  }

  async #storeStaged({ state, committables }: Staged, writing: Writing): Promise<SinkEntry> {
    return { state: await this.#storeSnapshot(state, writing), committables }
  }

  async #storeSnapshot(snapshot: Snapshot, writing: Writing): Promise<SnapshotEntry> {
    const parts: PartEntry[] = []
    for (const content of snapshot.parts) {
      const stored = this.#stored.get(content)
      const present = stored !== undefined && writing.present.has(stored.name)
      parts.push(present ? stored : await this.#storePart(content, writing))
    }
    return { schema: snapshot.schema, parts }
  }

  async #storePart(content: Uint8Array, writing: Writing): Promise<PartEntry> {
    const checksum = sha256(content)
    const entry = { name: partName(this.generation, checksum), sha256: checksum, sizeBytes: content.length }
    await this.#store.writeOnce(entry.name, content)
    this.#stored.set(content, entry)
    writing.sizeBytes += content.length
    return entry
  }

  #rememberParts(parts: Parts): void {
    for (const { entry, content } of parts.values()) this.#stored.set(content, entry)
  }
}

async function mapped<A, B>(record: Readonly<Record<string, A>>, convert: (value: A) => Promise<B>) {
  const entries: [string, B][] = []
  for (const [name, value] of Object.entries(record)) entries.push([name, await convert(value)])
  return Object.fromEntries(entries)
}
