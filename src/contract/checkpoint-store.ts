/**
 * Where checkpoints live: named blobs of bytes. A name is made of lowercase letters, digits, `-`, `.` and `/`.
 * Every implementation passes `test/contract/checkpoint-store.ts`. Failures reject with `STORE_FAILED` if they may pass,
 * else with a code that no restart follows, such as `STORE_REFUSED`; a name that is not allowed with a `RangeError`.
 *
 * A store never waits for ever, and a method that rejects has had its whole effect or none. What it reads and lists is
 * what is there at that moment; what a listing names may be gone when it is read.
 */
export interface CheckpointStore {
  /** For plans and messages, such as `folder .millrace/orders`. */
  readonly description: string
  /**
   * Writes a blob unless the name is taken. Atomic and durable: once it resolves, the blob survives a crash of the
   * machine, and nobody ever reads a part of it. Of two writers at the same time exactly one gets `'written'`: the one whose blob is
   * there. A writer that has to try again knows its own blob, and is not told that it is taken.
   */
  writeOnce(name: string, content: Uint8Array): Promise<'written' | 'taken'>
  /** The blob, or `undefined` if there is none. The bytes belong to whoever asked for them. */
  read(name: string): Promise<Uint8Array | undefined>
  /** The names that begin with `prefix`, in ascending order of their characters. */
  list(prefix: string): Promise<string[]>
  /** Deletes a blob; no error if there is none. */
  delete(name: string): Promise<void>
}
