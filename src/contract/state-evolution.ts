/** How a migration makes the value of a key in one version into that of the next. */
export interface Migration {
  /**
   * What a key holds: for `process` and `connect` an object with its states by their names, for aggregates one with their
   * accumulators by theirs, and what the operator keeps for all others.
   */
  migrate(value: never, key: string | number | bigint): unknown
}

/** How a piece of state has changed since checkpoints that may be restored. */
export interface StateEvolution {
  /** The version of the state as the job has it now, a whole number from 1. Default 1. */
  readonly version?: number
  /** For each earlier version, what makes its values into those of the next version. */
  readonly migrate?: Readonly<Record<number, Migration['migrate']>>
  /** The name that it had before. */
  readonly renamedFrom?: string
}
