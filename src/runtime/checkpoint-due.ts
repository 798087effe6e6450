/** Whether a checkpoint is due: because its time has come, or because somebody asked for one. */
export class CheckpointDue {
  readonly #onDue: () => void
  #due = false

  constructor(onDue: () => void) {
    this.#onDue = onDue
  }

  readonly request = (): void => {
    this.#due = true
    this.#onDue()
  }

  get now(): boolean {
    return this.#due
  }

  /** One is begun: what was asked for before has been heard. */
  begun(): void {
    this.#due = false
  }
}
