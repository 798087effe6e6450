/** Lets one loop wait until something has happened. A call that comes while nobody waits is not lost. */
export class Wake {
  #called = false
  #resolve: (() => void) | undefined

  readonly call = (): void => {
    this.#called = true
    this.#resolve?.()
  }

  /** Resolves once {@link call} has been called since the last time that this resolved. */
  async wait(): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        this.#resolve = resolve
      })
    }
    this.#called = false
    this.#resolve = undefined
  }
}
