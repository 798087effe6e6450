/** How many bytes are held, and whether there is room for more. */
export class ByteRoom {
  readonly #limitBytes: number
  #heldBytes = 0
  #waiting: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  take(bytes: number): void {
    this.#heldBytes += bytes
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes
    if (this.#heldBytes >= this.#limitBytes) return
    this.#waiting?.resolve()
    this.#waiting = undefined
  }

  /** Resolves when there is room; `undefined` when there is now. */
  wait(): Promise<void> | undefined {
    if (this.#heldBytes < this.#limitBytes) return undefined
    if (this.#waiting === undefined) {
      let resolve = () => {}
      const promise = new Promise<void>((settle) => {
        resolve = settle
      })
      this.#waiting = { promise, resolve }
    }
    return this.#waiting.promise
  }
}
