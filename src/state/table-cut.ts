import type { Filed } from './filed.ts'
import type { Key } from './key.ts'
import type { PackedValue, StateContent } from './state-content.ts'

/** What a value came to that was packed early. `undefined` is nothing. */
type Early = { readonly packed: PackedValue | undefined } | { readonly error: unknown }

/** What had changed in a table at a barrier. A value is pending until it is packed, in its turn or because it changes. */
export class TableCut<V> {
  readonly namespace: number
  readonly pending: Map<Key, V>
  /** Keys that were deleted, and that files have heard of. */
  readonly gone: ReadonlySet<Key>
  /** Keys that were pending and are not any more. */
  readonly packed: Key[] = []
  readonly early = new Map<Key, Early>()
  readonly #filed: Filed<V>
  readonly #content: StateContent<V>
  #over = false

  constructor(
    namespace: number,
    pending: Map<Key, V>,
    gone: ReadonlySet<Key>,
    filed: Filed<V>,
    content: StateContent<V>,
  ) {
    this.namespace = namespace
    this.pending = pending
    this.gone = gone
    this.#filed = filed
    this.#content = content
  }

  /** Packs a value that is about to change. */
  packEarly(key: Key, value: V): void {
    if (this.#over) {
      this.#leave(key, value)
      return
    }
    try {
      this.early.set(key, { packed: this.#pack(key, value, true) })
    } catch (error) {
      this.early.set(key, { error })
    }
  }

  /** Packs a value whose turn has come; `'done'` if it has come already. */
  pack(key: Key): PackedValue | undefined | 'done' {
    const value = this.pending.get(key)
    if (value !== undefined) return this.#pack(key, value, false)
    const early = this.early.get(key)
    if (early === undefined) return 'done'
    this.early.delete(key)
    if ('error' in early) throw early.error
    return early.packed
  }

  /** Nothing more is written of it. */
  end(): void {
    this.#over = true
    this.early.clear()
  }

  #pack(key: Key, value: V, isInUse: boolean): PackedValue | undefined {
    this.#leave(key, value)
    const packed = this.#content.pack(key, value)
    if (packed !== undefined) this.#filed.keep(key, packed.value, isInUse)
    return packed
  }

  /** It is held first, since what packs it may delete it. */
  #leave(key: Key, value: V): void {
    this.pending.delete(key)
    this.packed.push(key)
    this.#filed.hold(key, value)
  }
}
