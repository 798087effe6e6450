/** Remembers how to undo what has been changed since it began, so that a call that fails leaves nothing behind. */
export class Journal {
  readonly #undos: (() => void)[] = []

  begin(): void {
    this.#undos.length = 0
  }

  note(undo: () => void): void {
    this.#undos.push(undo)
  }

  undo(): void {
    for (let undo = this.#undos.pop(); undo !== undefined; undo = this.#undos.pop()) undo()
  }
}
