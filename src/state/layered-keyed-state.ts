import type { Layers, StateChanges, WriteFile } from '../contract/snapshot.ts'
import { compacted } from './compaction.ts'
import type { Filed } from './filed.ts'
import type { SetAside } from './files/state-file.ts'
import type { Journal } from './journal.ts'
import { JournaledMap } from './journaled-map.ts'
import type { Key } from './key.ts'
import { allKeyGroups, type KeyGroupRange, keyGroupOf } from './key-group.ts'
import type { KeyedState, StateMap, StateSurroundings, TimerClock } from './keyed-state.ts'
import type { Layer } from './layer.ts'
import type { LayerWork } from './layer-work.ts'
import { PackedEntries } from './packed-entries.ts'
import { Slices } from './slices.ts'
import type { StateContent } from './state-content.ts'
import { StateCut } from './state-cut.ts'
import { StateLoader } from './state-loader.ts'
import { StateTable, type TableContext } from './state-table.ts'

/** Where the values lie that files have: what tells one backend from another. */
export interface FiledValues<V> {
  /** The values of a namespace: none yet. */
  open(): Filed<V>
  /** Where files are kept until their values are wanted, if not in memory. */
  readonly setAside?: SetAside
  /** All that was set aside has been taken. */
  taken?(): void
  /** Makes room by what is not wanted any more. */
  tidy(slices: Slices): Promise<void>
  /** More keys than this that are used between two cuts ask for a checkpoint. */
  readonly usedKeys: number
}

/** Keyed state that checkpoints keep in layers of files. */
export class LayeredKeyedState<V> implements KeyedState<V> {
  readonly #content: StateContent<V>
  readonly #journal: Journal | undefined
  readonly #tables = new Map<number, StateTable<V>>()
  readonly #context: TableContext<V>
  /** Namespaces that files have heard of and that are gone since the last cut. */
  #dropped = new Set<number>()
  #layers: readonly Layer[] = []
  /** The last cut, until a checkpoint with it is published. */
  #cut: StateCut<V> | undefined
  #loader: StateLoader | undefined
  readonly #filed: FiledValues<V>
  readonly #work: LayerWork
  #used = 0
  #writing: Promise<void> | undefined

  /**
   * @param work Who makes files.
   * @param journal Learns how to undo every change of a value, at the price of a copy of each value that is read.
   * @param onFull So many keys have been used since the last cut that there should be another.
   */
  constructor(
    content: StateContent<V>,
    filed: FiledValues<V>,
    work: LayerWork,
    journal?: Journal,
    onFull: () => void = () => {},
  ) {
    this.#content = content
    this.#filed = filed
    this.#work = work
    this.#journal = journal
    this.#context = {
      content,
      load: undefined,
      loadAll: () => this.#loadAll(),
      onUsed: () => {
        this.#used += 1
        if (this.#used === filed.usedKeys) onFull()
      },
    }
  }

  within(namespace: number): StateMap<V> {
    const table = this.#table(namespace)
    return this.#journal === undefined ? table : new JournaledMap(table, this.#journal)
  }

  has(namespace: number): boolean {
    return this.#tables.has(namespace)
  }

  drop(namespace: number): void {
    const table = this.#tables.get(namespace)
    if (table === undefined) return
    this.#tables.delete(namespace)
    table.drop()
    if (table.inFiles) this.#dropped.add(namespace)
    this.#loader?.drop(namespace)
  }

  namespaces(): number[] {
    return [...this.#tables.keys()]
  }

  room(): Promise<void> | undefined {
    return this.#used < 2 * this.#filed.usedKeys ? undefined : this.#writing
  }

  snapshot(): StateChanges {
    if (this.#cut !== undefined) this.#uncut(this.#cut)
    const entries = new PackedEntries()
    const tables = [...this.#tables.values()].flatMap((table) => {
      const cut = table.cut(entries)
      return cut === undefined ? [] : [{ table, cut }]
    })
    const cut = new StateCut(tables, [...this.#dropped], entries)
    this.#cut = cut
    this.#dropped = new Set()
    this.#used = 0
    let layers: readonly Layer[] | undefined
    return {
      written: async (write) => {
        const writing = this.#written(cut, write)
        this.#writing = ended(writing).then(() => {
          this.#writing = undefined
        })
        layers = await writing
        return layers.map(({ files }) => files)
      },
      published: () => {
        if (layers !== undefined) this.#layers = layers
        if (this.#cut === cut) this.#cut = undefined
      },
    }
  }

  async open(layers: Layers, around: StateSurroundings, range: KeyGroupRange = allKeyGroups): Promise<void> {
    const loader = await StateLoader.open(layers, range, this.#filed.setAside)
    this.#layers = loader.layers
    if (!loader.done) {
      this.#loader = loader
      this.#context.load = (key: Key) => this.#loadGroup(keyGroupOf(key))
    }
    for (const namespace of loader.namespaces) this.#table(namespace).foundInFiles()
    if (loader.done) return
    this.#loadMeanwhile(around.signal).catch((error) =>
      around.resume(() => {
        throw error
      }),
    )
  }

  loadDue(clock: TimerClock, until: number): void {
    for (
      let group = this.#loader?.takeDue(clock, until);
      group !== undefined;
      group = this.#loader?.takeDue(clock, until)
    ) {
      this.#loadGroup(group)
    }
  }

  earliestToLoad(clock: TimerClock): number {
    return this.#loader?.earliest(clock) ?? Number.POSITIVE_INFINITY
  }

  async #written(cut: StateCut<V>, write: WriteFile): Promise<readonly Layer[]> {
    const slices = new Slices()
    const layers = await cut.written(this.#content.shape, this.#work, write, slices)
    await this.#filed.tidy(slices)
    return compacted([...this.#layers, ...layers], this.#content.shape, this.#work, write)
  }

  /** No checkpoint with this cut was published: what it has is part of the next one. */
  #uncut(cut: StateCut<V>): void {
    cut.end()
    for (const namespace of cut.dropped) this.#dropped.add(namespace)
    for (const { table, cut: ofTable } of cut.tables) table.uncut(ofTable)
  }

  #table(namespace: number): StateTable<V> {
    let table = this.#tables.get(namespace)
    if (table === undefined) {
      table = new StateTable(namespace, this.#filed.open(), this.#context)
      this.#tables.set(namespace, table)
    }
    return table
  }

  #loadGroup(group: number): void {
    for (const { namespace, key, value, timers } of this.#loader?.take(group) ?? []) {
      this.#table(namespace).takeLoaded(key, value!)
      if (timers.event.length + timers.processing.length > 0) this.#content.onTimers?.(key, timers)
    }
    if (!this.#loader?.done) return
    this.#loader = undefined
    this.#context.load = undefined
    this.#filed.taken?.()
  }

  #loadAll(): void {
    for (let group = this.#loader?.next; group !== undefined; group = this.#loader?.next)
      this.#loadGroup(group)
  }

  async #loadMeanwhile(signal: AbortSignal): Promise<void> {
    const slices = new Slices()
    for (let group = this.#loader?.next; group !== undefined; group = this.#loader?.next) {
      this.#loadGroup(group)
      await slices.entry(32 * 1024)
      if (signal.aborted) return
    }
  }
}

/** Settles when a promise does. What it rejects with is told to whoever waits for the promise itself. */
async function ended(promise: Promise<unknown>): Promise<void> {
  await promise.catch(() => undefined)
}
