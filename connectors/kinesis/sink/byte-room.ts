/** How many bytes may be held before who brings more has to wait. */
export class ByteRoom {
  readonly limitBytes: number
  heldBytes = 0
  #waiting: { readonly promise: Promise<void>; readonly end: (error?: unknown) => void } | undefined

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  take(bytes: number): void {
    this.heldBytes += bytes
  }

  give(bytes: number): void {
    this.heldBytes -= bytes
    if (this.#hasRoom) this.#end()
  }

  /** Resolves when there is room; `undefined` when there is. */
  wait(): Promise<void> | undefined {
    if (this.#hasRoom) return undefined
    if (this.#waiting === undefined) {
      let end: (error?: unknown) => void = () => {}
      const promise = new Promise<void>((resolve, reject) => {
        end = (error) => (error === undefined ? resolve() : reject(error))
      })
      // Whoever waits hears of a failure; that nobody does is no failure of its own.
      promise.catch(() => {})
      this.#waiting = { promise, end }
    }
    return this.#waiting.promise
  }

  /** There will be no room any more. */
  fail(error: unknown): void {
    this.#end(error)
  }

  get #hasRoom(): boolean {
    return this.heldBytes < this.limitBytes
  }

  #end(error?: unknown): void {
    this.#waiting?.end(error)
    this.#waiting = undefined
  }
}
