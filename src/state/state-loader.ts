import type { Layers } from '../contract/snapshot.ts'
import type { StateEntry } from './files/state-entry.ts'
import { type GroupInFile, StateFile } from './files/state-file.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import { allKeyGroups, type KeyGroupRange } from './key-group.ts'
import type { TimerClock } from './keyed-state.ts'
import { droppedAfter, type Layer, layerOf } from './layer.ts'

/** What one file has of a key group. */
interface PieceOfGroup {
  readonly layer: number
  readonly file: StateFile
  readonly place: GroupInFile
}

interface TimerOfGroup {
  readonly group: number
  readonly time: number
}

/** How many files are read at a time. */
const readAhead = 4

/**
 * The state of a checkpoint that is not in its tables yet. It is taken by key group: the ones that records ask for, and
 * meanwhile all others.
 */
export class StateLoader {
  readonly layers: readonly Layer[]
  readonly headers: readonly (readonly StateFileHeader[])[]
  /** Those that hold something, as far as is known without looking at the entries. */
  readonly namespaces: ReadonlySet<number>
  readonly #pieces: Map<number, PieceOfGroup[]>
  /** For each layer, the namespaces that were dropped after it. */
  readonly #droppedAfter: readonly ReadonlySet<number>[]
  readonly #dropped = new Set<number>()
  /** Groups by their earliest timers, the earliest last. */
  readonly #timers: Readonly<Record<TimerClock, TimerOfGroup[]>>

  private constructor(
    layers: readonly Layer[],
    files: readonly (readonly StateFile[])[],
    { first, last }: KeyGroupRange,
  ) {
    this.layers = layers
    this.headers = files.map((ofLayer) => ofLayer.map(({ header }) => header))
    this.#droppedAfter = droppedAfter(layers)
    this.namespaces = new Set(
      layers.flatMap(({ namespaces }, layer) =>
        [...namespaces].filter((namespace) => !this.#droppedAfter[layer]!.has(namespace)),
      ),
    )
    this.#pieces = new Map()
    for (const [layer, ofLayer] of files.entries()) {
      for (const file of ofLayer) {
        for (const place of file.groups) {
          if (place.group < first || place.group > last) continue
          const pieces = this.#pieces.get(place.group)
          if (pieces === undefined) this.#pieces.set(place.group, [{ layer, file, place }])
          else pieces.push({ layer, file, place })
        }
      }
    }
    this.#timers = {
      event: this.#byTime(({ earliestEvent }) => earliestEvent),
      processing: this.#byTime(({ earliestProcessing }) => earliestProcessing),
    }
  }

  /**
   * Reads the files of a checkpoint. Their entries are decoded later.
   *
   * @throws MillraceError `CHECKPOINT_CORRUPT` if one cannot be read.
   */
  static async open(layers: Layers, range: KeyGroupRange = allKeyGroups): Promise<StateLoader> {
    const files = await readAll(layers)
    const described = layers.map((ofLayer, index) => layerOf(ofLayer, files[index]!))
    return new StateLoader(described, files, range)
  }

  get done(): boolean {
    return this.#pieces.size === 0
  }

  /** A group that is not loaded yet. */
  get next(): number | undefined {
    return this.#pieces.keys().next().value
  }

  /** The earliest timer of what is not loaded yet, or an instant before it; infinity if there is none. */
  earliest(clock: TimerClock): number {
    return this.#timers[clock].at(-1)?.time ?? Number.POSITIVE_INFINITY
  }

  /** A group with a timer that is due. */
  takeDue(clock: TimerClock, until: number): number | undefined {
    return this.earliest(clock) <= until ? this.#timers[clock].pop()!.group : undefined
  }

  /** What is not loaded yet of a namespace is of no use any more. */
  drop(namespace: number): void {
    this.#dropped.add(namespace)
  }

  /** Takes what there is of a group, once. */
  *take(group: number): Generator<StateEntry> {
    const pieces = this.#pieces.get(group)
    if (pieces === undefined) return
    this.#pieces.delete(group)
    if (pieces.length === 1) {
      for (const entry of this.#entries(pieces[0]!)) if (entry.value !== undefined) yield entry
      return
    }
    const latest = new Map<number, Map<unknown, StateEntry>>()
    for (const piece of pieces) {
      for (const entry of this.#entries(piece)) {
        const ofNamespace = latest.get(entry.namespace)
        if (ofNamespace === undefined) latest.set(entry.namespace, new Map([[entry.key, entry]]))
        else ofNamespace.set(entry.key, entry)
      }
    }
    for (const ofNamespace of latest.values()) {
      for (const entry of ofNamespace.values()) if (entry.value !== undefined) yield entry
    }
  }

  #byTime(timeOf: (place: GroupInFile) => number): TimerOfGroup[] {
    return [...this.#pieces]
      .map(([group, pieces]) => ({ group, time: Math.min(...pieces.map(({ place }) => timeOf(place))) }))
      .filter(({ time }) => time !== Number.POSITIVE_INFINITY)
      .sort((a, b) => b.time - a.time)
  }

  *#entries({ layer, file, place }: PieceOfGroup): Generator<StateEntry> {
    const dropped = this.#droppedAfter[layer]!
    for (const entry of file.entriesOf(place)) {
      if (!dropped.has(entry.namespace) && !this.#dropped.has(entry.namespace)) yield entry
    }
  }
}

async function readAll(layers: Layers): Promise<StateFile[][]> {
  const wanted = layers.flatMap((files, layer) => files.map((file) => ({ layer, file })))
  const opened: StateFile[][] = layers.map(() => [])
  for (let place = 0; place < wanted.length; place += readAhead) {
    const some = wanted.slice(place, place + readAhead)
    const contents = await Promise.all(some.map(({ file }) => file.read()))
    for (const [index, { layer }] of some.entries()) opened[layer]!.push(new StateFile(contents[index]!))
  }
  return opened
}
