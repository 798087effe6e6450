declare const stage: unique symbol

/**
 * How far something has come in a split. The text is the source's own (for Kinesis a sequence number and a
 * sub-sequence), and only the source reads it. The stages are types of their own, so that one is never taken for
 * another: what was fetched need not have been emitted, what was emitted need not be in a checkpoint.
 */
export interface Position<Stage extends 'fetched' | 'emitted' | 'committed'> {
  readonly after: string
  readonly [stage]?: Stage
}

/** The last record that the source has read. */
export type FetchedPosition = Position<'fetched'>
/** The last record that was handed to the operators. */
export type EmittedPosition = Position<'emitted'>
/** The last record whose effects are in a published checkpoint. */
export type CommittedPosition = Position<'committed'>
