import type { OperatorSurroundings } from '../contract/operator.ts'
import type { Snapshot } from '../contract/snapshot.ts'
import type { MillraceError } from '../errors.ts'

/** What a chain tells and is told by the dataflow around it. */
export interface ChainContext {
  readonly surroundings: OperatorSurroundings
  /** The operators' state, by their ids. */
  readonly restored: Readonly<Record<string, Snapshot>>
  readonly onSnapshot: (operator: string, snapshot: Snapshot) => void
  readonly count: (counter: string, by?: number) => void
  readonly level: (counter: string, value: number) => void
  /** An operator asks for a tick at this processing time. */
  readonly wakeAt: (time: number) => void
  /** What failed outside of a push. */
  readonly onFailure: (error: unknown) => void
  /** Takes a record that a function failed on; `undefined` if that ends the job. */
  readonly onRefused: ((refused: RefusedRecord) => void) | undefined
}

/** A record that a function of the job failed on. */
export interface RefusedRecord {
  readonly operator: string
  readonly value: unknown
  readonly timestamp: number
  readonly error: MillraceError
}
