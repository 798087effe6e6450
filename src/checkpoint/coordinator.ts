import type { CheckpointStore } from '../contract/checkpoint-store.ts'
import type { Clock } from '../contract/clock.ts'
import type { CommitPermit, Staged } from '../contract/sink.ts'
import type { Snapshot, StoredFile } from '../contract/snapshot.ts'
import { MillraceError, millraceError } from '../errors.ts'
import { copyParts } from './copy-parts.ts'
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
  sha256Aside,
} from './manifest.ts'
import {
  claim,
  decideRestore,
  decideStart,
  obsolete,
  type Publication,
  partName,
  partPrefix,
  publicationOf,
  renamedPart,
  withPartNames,
} from './protocol.ts'
import {
  findCheckpoints,
  listEpochs,
  noParts,
  type Parts,
  type Restored,
  readParts,
  restoredFrom,
  storedFile,
} from './recovery.ts'
import { someAtOnce } from './some-at-once.ts'

/** What the dataflow gave at a barrier. */
export interface Cut {
  readonly sources: Readonly<Record<string, SourceEntry>>
  readonly operators: Readonly<Record<string, Snapshot>>
  readonly sinks: Readonly<Record<string, Staged>>
  readonly finished: boolean
  /** See {@link Manifest.requests}. Default: none. */
  readonly requests?: readonly string[]
}

/** What a run starts from. */
export interface Claimed {
  /** The checkpoint to restore; `undefined` at the very first start. */
  readonly restored: Restored | undefined
  /** Epochs that could not be trusted, newest first. */
  readonly skipped: readonly { readonly epoch: number; readonly reason: string }[]
}

/** A savepoint to begin with. */
export interface SavepointToRestore {
  readonly store: CheckpointStore
  /** Also if the job has a history of its own. */
  readonly rewind: boolean
}

/** What checkpoints say of the state of a job, besides the state. */
export type AboutState = Pick<Manifest, 'versions' | 'kinds'>

/** What a run claims its job with. */
interface Beginning {
  readonly last: Manifest
  readonly restored: Restored | undefined
  readonly parts: Parts
}

/** What a checkpoint has written so far, and the parts that it may refer to without writing them. */
interface Writing {
  readonly epoch: number
  sizeBytes: number
  /** By their checksums. */
  readonly present: ReadonlyMap<string, PartEntry>
}

/** How many operators or sinks write their parts of a checkpoint at a time. */
const writesAtOnce = 4

/** How often a run that loses the race for an epoch tries the next one. */
const claimAttempts = 20

/** Publishes the checkpoints of one run, as the protocol decides. */
export class CheckpointCoordinator {
  readonly #job: string
  readonly #store: CheckpointStore
  readonly #clock: Pick<Clock, 'now'>
  readonly #newLineage: () => string
  /** How many epochs are kept, so that there is one to fall back to. */
  readonly #epochsKept: number
  /** The last manifests that this run knows to be good, oldest first. */
  #retained: Manifest[] = []
  /** The epochs that there were when the last one was published. */
  #epochs: readonly number[] = []
  /** Where parts were stored. Nothing is written again that a retained epoch has. */
  readonly #stored = new WeakMap<Uint8Array | StoredFile, PartEntry>()
  readonly #about: AboutState
  #origin: string | undefined
  lineage = ''
  epoch = 0
  generation = 0

  constructor(
    job: string,
    store: CheckpointStore,
    clock: Pick<Clock, 'now'>,
    newLineage: () => string,
    epochsKept = 3,
    about: AboutState = {},
  ) {
    this.#job = job
    this.#store = store
    this.#clock = clock
    this.#newLineage = newLineage
    this.#epochsKept = epochsKept
    this.#about = about
  }

  /**
   * Takes the job over: finds the newest good checkpoint and publishes the next epoch under a new generation.
   *
   * @param accept Throws if the job has no use for what was found; then a run that is still alive is left in peace.
   * @param savepoint What the job is to begin with instead.
   * @throws MillraceError `CHECKPOINT_CORRUPT` if none is good, `CHECKPOINT_FOREIGN` if it is of another job,
   *   `JOB_FENCED` if other runs keep claiming it, or have taken it over meanwhile, `RESTORE_REFUSED` if there is a
   *   history that must not be left without being told so.
   */
  async claim(
    accept: (found: Restored) => void = () => {},
    savepoint?: SavepointToRestore,
  ): Promise<Claimed> {
    for (let attempt = 0; attempt < claimAttempts; attempt += 1) {
      const found = await findCheckpoints(this.#store, this.#job)
      const start = decideStart(found)
      if (start.decision === 'refuse') {
        // A run that is still alive deletes old epochs: what it has published since is to be looked at.
        if ((await listEpochs(this.#store)).some((epoch) => epoch > found[0]!.epoch)) continue
        throw refused(start, `no checkpoint in ${this.#store.description} is good`)
      }
      const own = start.decision === 'continue' ? start.manifest : undefined
      const { last, restored, parts } =
        (savepoint && (await this.#fromSavepoint(savepoint, own, start.nextEpoch, accept))) ??
        this.#fromOwn(own, found.at(-1)?.parts ?? noParts, accept)
      this.generation = start.nextEpoch
      this.lineage = last.lineage
      this.#origin = last.origin
      const publication = await this.#publish(claim(last, start.nextEpoch, this.#clock.now()))
      if (publication === 'taken') continue
      if (publication === 'overtaken') throw fenced(start.nextEpoch + 1)
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
    const epoch = this.epoch + 1
    const retained = this.#retained.flatMap(partsOf)
    const writing: Writing = {
      ...{ epoch, sizeBytes: 0 },
      present: new Map(retained.map((entry) => [entry.sha256, entry])),
    }
    const manifest: Manifest = {
      ...this.#header(epoch),
      finished: cut.finished,
      ...(cut.requests !== undefined && cut.requests.length > 0 && { requests: cut.requests }),
      sources: cut.sources,
      operators: await this.reading(() =>
        someAtOnce(cut.operators, writesAtOnce, (snapshot) => this.#storeSnapshot(snapshot, writing)),
      ),
      sinks: await someAtOnce(cut.sinks, writesAtOnce, (staged) => this.#storeStaged(staged, writing)),
    }
    const publication = await this.#publish(manifest)
    if (publication !== 'published') {
      throw fenced(publication === 'taken' ? manifest.epoch : manifest.epoch + 1)
    }
    for (const { changes } of Object.values(cut.operators)) changes?.published()
    return { permit: this.permit(), sizeBytes: writing.sizeBytes }
  }

  /**
   * Does what reads files of earlier checkpoints.
   *
   * @throws MillraceError `JOB_FENCED` if one is gone because another run has taken the job over, and deleted it.
   */
  async reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (millraceError(error).code !== 'CHECKPOINT_CORRUPT') throw error
      const newest = Math.max(...(await listEpochs(this.#store)))
      throw newest > this.epoch ? fenced(newest) : error
    }
  }

  /** Allows commits of the last published epoch. The only place where a permit is made. */
  permit(): CommitPermit {
    return { epoch: this.epoch, generation: this.generation } as CommitPermit
  }

  /** Deletes what no retained epoch needs. */
  async deleteObsolete(): Promise<void> {
    const parts = await this.#store.list(partPrefix)
    const gone = obsolete(this.#retained, this.#epochs, parts, this.generation)
    for (const epoch of gone.epochs) await this.#store.delete(manifestName(epoch))
    for (const part of gone.parts) await this.#store.delete(part)
  }

  #fromOwn(own: Manifest | undefined, parts: Parts, accept: (found: Restored) => void): Beginning {
    if (own === undefined) return { last: this.#firstManifest(), restored: undefined, parts }
    const restored = restoredFrom(own, parts)
    accept(restored)
    return { last: own, restored, parts }
  }

  /** Brings a savepoint into the store, under names that no other run deletes; `undefined` if that was done before. */
  async #fromSavepoint(
    { store, rewind }: SavepointToRestore,
    own: Manifest | undefined,
    generation: number,
    accept: (found: Restored) => void,
  ): Promise<Beginning | undefined> {
    const found = await findCheckpoints(store, this.#job)
    const start = decideStart(found)
    if (start.decision === 'begin')
      throw new MillraceError('OPTION_INVALID', `there is no savepoint in ${store.description}`)
    if (start.decision === 'refuse') throw refused(start, `no savepoint in ${store.description} is good`)
    const { manifest } = start
    const origin = sha256(encodeManifest(manifest))
    const decision = decideRestore(own, origin, rewind)
    if (decision === 'continue') return undefined
    if (decision === 'refuse') {
      throw new MillraceError(
        'RESTORE_REFUSED',
        `the job has a history of its own in ${this.#store.description}, up to epoch ${own!.epoch}`,
      )
    }
    accept(restoredFrom(manifest, found.at(-1)!.parts!))
    const last = { ...withPartNames(manifest, generation), origin }
    const damage = await copyParts(store, this.#store, manifest, (name) => renamedPart(name, generation))
    const parts = damage ?? (await readParts(this.#store, last))
    if (typeof parts === 'string') {
      throw new MillraceError('CHECKPOINT_CORRUPT', `the savepoint in ${store.description} is gone: ${parts}`)
    }
    return { last, restored: restoredFrom(last, parts), parts }
  }

  #header(epoch: number) {
    const { lineage, generation } = this
    const origin = this.#origin === undefined ? {} : { origin: this.#origin }
    const createdAt = this.#clock.now()
    return {
      ...{ format: 1 as const, job: this.#job, lineage, epoch, generation, createdAt },
      ...{ ...origin, ...this.#about },
    }
  }

  #firstManifest(): Manifest {
    this.lineage = this.#newLineage()
    return { ...this.#header(0), finished: false, sources: {}, operators: {}, sinks: {} }
  }

  async #publish(manifest: Manifest): Promise<Publication> {
    const { epoch } = manifest
    const outcome = await this.#store.writeOnce(manifestName(epoch), encodeManifest(manifest))
    const epochs = outcome === 'taken' ? [] : await listEpochs(this.#store)
    const publication = publicationOf(epoch, outcome, epochs)
    if (publication !== 'published') return publication
    this.epoch = epoch
    this.#epochs = epochs
    this.#retained = [...this.#retained, manifest].slice(-this.#epochsKept)
    return publication
  }

  async #storeStaged({ state, committables }: Staged, writing: Writing): Promise<SinkEntry> {
    return { state: await this.#storeSnapshot(state, writing), committables }
  }

  async #storeSnapshot(snapshot: Snapshot, writing: Writing): Promise<SnapshotEntry> {
    const parts: PartEntry[] = []
    for (const content of snapshot.parts) parts.push(await this.#storePart(content, writing))
    const { schema, changes } = snapshot
    if (changes === undefined) return { schema, parts }
    const layers = await changes.written(async (content) => {
      const entry = await this.#storePart(content, writing)
      const file = storedFile(this.#store, entry)
      this.#stored.set(file, entry)
      return file
    })
    return { schema, parts, layers: layers.map((files) => files.map((file) => this.#stored.get(file)!)) }
  }

  async #storePart(content: Uint8Array, writing: Writing): Promise<PartEntry> {
    const checksum = this.#stored.get(content)?.sha256 ?? (await sha256Aside(content))
    const present = writing.present.get(checksum)
    const name = partName(this.generation, writing.epoch, checksum)
    const entry = present ?? { name, sha256: checksum, sizeBytes: content.length }
    this.#stored.set(content, entry)
    if (entry === present) return entry
    await this.#store.writeOnce(entry.name, content)
    writing.sizeBytes += content.length
    return entry
  }

  #rememberParts(parts: Parts): void {
    for (const { entry, content } of parts.contents.values()) this.#stored.set(content, entry)
    for (const { entry, file } of parts.files.values()) this.#stored.set(file, entry)
  }
}

function refused({ reason, later }: { reason: string; later?: true }, happened: string): MillraceError {
  return new MillraceError(later ? 'CHECKPOINT_INCOMPATIBLE' : 'CHECKPOINT_CORRUPT', `${happened}: ${reason}`)
}

function fenced(epoch: number): MillraceError {
  return new MillraceError('JOB_FENCED', `another run has published epoch ${epoch}`)
}
