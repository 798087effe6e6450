import type { Filed } from './filed.ts'
import { noTimes } from './files/state-entry.ts'
import type { Key } from './key.ts'
import type { PackedEntries } from './packed-entries.ts'
import type { PartedMap } from './parted-map.ts'
import type { StateContent } from './state-content.ts'

/** An array of V8's that grows copies all that it has, which takes 40 ms for a million keys. */
const keysAtOnce = 8 * 1024

/** What had changed in a table at a barrier. A value is pending until it is packed, in its turn or because it changes. */
export class TableCut<V> {
  readonly namespace: number
  readonly pending: PartedMap<V>
  /** Keys that were deleted, and that files have heard of. */
  readonly gone: PartedMap<true>
  readonly #packed: Key[][] = [[]]
  readonly #filed: Filed<V>
  readonly #content: StateContent<V>
  readonly #entries: PackedEntries
  /** Why a value could not be packed that was about to change. */
  #failure: { readonly error: unknown } | undefined
  #over = false

  /** @param entries Where packed values go. */
  constructor(
    namespace: number,
    pending: PartedMap<V>,
    gone: PartedMap<true>,
    filed: Filed<V>,
    content: StateContent<V>,
    entries: PackedEntries,
  ) {
    this.namespace = namespace
    this.pending = pending
    this.gone = gone
    this.#filed = filed
    this.#content = content
    this.#entries = entries
  }

  /** Keys that were pending and are not any more. */
  *packed(): Iterable<Key> {
    for (const keys of this.#packed) yield* keys
  }

  /** Packs a value that is about to change. */
  packEarly(key: Key, value: V): void {
    if (this.#over) {
      this.#leave(key, value)
      return
    }
    try {
      this.pack(key, value)
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  /** Packs a value. Gives its size in bytes. */
  pack(key: Key, value: V): number {
    this.#leave(key, value)
    const packed = this.#content.pack(key, value)
    if (packed === undefined) {
      this.sayGone(key)
      return 0
    }
    const { value: bytes, timers } = packed
    this.#filed.keep(key, bytes)
    this.#entries.add({ namespace: this.namespace, key, value: bytes, timers })
    return bytes.length
  }

  /** Nothing is kept of a key. */
  sayGone(key: Key): void {
    this.#entries.add({ namespace: this.namespace, key, value: undefined, timers: noTimes })
  }

  /** @throws What a value threw that was packed early. */
  throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  /** Nothing more is written of it. */
  end(): void {
    this.#over = true
  }

  /** It is held first, since what packs it may delete it. */
  #leave(key: Key, value: V): void {
    this.pending.delete(key)
    let keys = this.#packed.at(-1)!
    if (keys.length === keysAtOnce) {
      keys = []
      this.#packed.push(keys)
    }
    keys.push(key)
    this.#filed.hold(key, value)
  }
}
