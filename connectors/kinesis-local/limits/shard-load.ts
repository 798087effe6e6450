/** Loads are measured over minutes of the clock. */
export const loadWindowMs = 60_000

/** What one shard has taken, as far as scaling asks. It is forgotten with the process. */
export class ShardLoad {
  readonly #busyBytes: number
  #window = 0
  #bytes = 0
  #bytesBefore = 0
  #busyAtMs: number | undefined

  /** @param busyBytes A minute with more than this is no quiet one. */
  constructor(busyBytes: number) {
    this.#busyBytes = busyBytes
  }

  add(bytes: number, now: number): void {
    this.#advance(now)
    this.#bytes += bytes
  }

  /** The bytes of the last whole minute. */
  lastWindow(now: number): number {
    this.#advance(now)
    return this.#bytesBefore
  }

  /** How long ago the last minute was that was not quiet, or the first look at this shard. */
  quietMs(now: number): number {
    this.#advance(now)
    return now - (this.#busyAtMs as number)
  }

  #advance(now: number): void {
    this.#busyAtMs ??= now
    const window = Math.floor(now / loadWindowMs)
    if (window === this.#window) return
    if (this.#bytes > this.#busyBytes) this.#busyAtMs = (this.#window + 1) * loadWindowMs
    this.#bytesBefore = window === this.#window + 1 ? this.#bytes : 0
    this.#bytes = 0
    this.#window = window
  }
}
