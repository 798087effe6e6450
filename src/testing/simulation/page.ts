/** Records of a shard as a process is given them: from the `at`-th on, up to but without the `next`-th. */
export interface Page {
  readonly at: number
  readonly next: number
  /** Nothing followed at that time. */
  readonly caughtUp: boolean
  /** ... and nothing ever will. */
  readonly ended: boolean
  /** When Kinesis gave it; it may be on its way for long. */
  readonly givenAt: number
  /** A time before that which who is given it knows. */
  readonly surelyAfter: number
}

/** Who sees what processes read of a stream. */
export interface ReadingWatch {
  /** A process begins to read a shard, or goes on with it. */
  begins(process: string, shard: string, iteratorType: string): void
  received(process: string, shard: string, page: Page): void
}
