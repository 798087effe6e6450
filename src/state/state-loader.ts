import type { Layers } from '../contract/snapshot.ts'
import type { StateEntry } from './files/state-entry.ts'
import { type GroupInFile, type SetAside, StateFile } from './files/state-file.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import { allKeyGroups, type KeyGroupRange } from './key-group.ts'
import type { TimerClock } from './keyed-state.ts'
import { LatestEntries, type PieceOfGroup } from './latest-entries.ts'
import { droppedAfter, type Layer, layerOf } from './layer.ts'

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
  /** What is not taken yet, by key group. */
  readonly #groups: Map<number, PieceOfGroup[]>
  readonly #latest = new LatestEntries()
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
    const dropped = droppedAfter(layers)
    this.namespaces = new Set(
      layers.flatMap(({ namespaces }, layer) =>
        [...namespaces].filter((namespace) => !dropped[layer]!.has(namespace)),
      ),
    )
    this.#groups = new Map()
    for (const [layer, ofLayer] of files.entries()) {
      for (const file of ofLayer) {
        for (const place of file.groups) {
          if (place.group >= first && place.group <= last)
            this.#add({ layer, file, place, dropped: dropped[layer]! })
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
   * @param setAside Where their bytes are until then, if not in memory.
   * @throws MillraceError `CHECKPOINT_CORRUPT` if one cannot be read.
   */
  static async open(
    layers: Layers,
    range: KeyGroupRange = allKeyGroups,
    setAside?: SetAside,
  ): Promise<StateLoader> {
    const files = await readAll(layers, setAside)
    const described = layers.map((ofLayer, index) => layerOf(ofLayer, files[index]!))
    return new StateLoader(described, files, range)
  }

  get done(): boolean {
    return this.#groups.size === 0
  }

  /** A group that is not loaded yet. */
  get next(): number | undefined {
    return this.#groups.keys().next().value
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
  take(group: number): readonly StateEntry[] {
    const pieces = this.#groups.get(group)
    if (pieces === undefined) return []
    this.#groups.delete(group)
    const entries: StateEntry[] = []
    this.#latest.visit(pieces, (entry) => {
      if (!entry.isDeleted && !this.#dropped.has(entry.namespace)) entries.push(entry.decoded())
    })
    return entries
  }

  #add(piece: PieceOfGroup): void {
    const pieces = this.#groups.get(piece.place.group)
    if (pieces === undefined) this.#groups.set(piece.place.group, [piece])
    else pieces.push(piece)
  }

  #byTime(timeOf: (place: GroupInFile) => number): TimerOfGroup[] {
    return [...this.#groups]
      .map(([group, pieces]) => ({ group, time: Math.min(...pieces.map(({ place }) => timeOf(place))) }))
      .filter(({ time }) => time !== Number.POSITIVE_INFINITY)
      .sort((a, b) => b.time - a.time)
  }
}

async function readAll(layers: Layers, setAside: SetAside | undefined): Promise<StateFile[][]> {
  const wanted = layers.flatMap((files, layer) => files.map((file) => ({ layer, file })))
  const opened: StateFile[][] = layers.map(() => [])
  for (let place = 0; place < wanted.length; place += readAhead) {
    const some = wanted.slice(place, place + readAhead)
    const contents = await Promise.all(some.map(({ file }) => file.read()))
    for (const [index, { layer }] of some.entries())
      opened[layer]!.push(new StateFile(contents[index]!, setAside))
  }
  return opened
}
