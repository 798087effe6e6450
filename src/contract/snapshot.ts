/**
 * The serialised state of one operator, sink writer or source at a barrier. `schema` is the version of the parts'
 * layout. A part whose array is the very same object as in an earlier snapshot is not written again.
 * The bytes of a restored part belong to whoever it is given to.
 */
export interface Snapshot {
  readonly schema: number
  readonly parts: readonly Uint8Array[]
  /**
   * Of a snapshot that is restored by a job with a later version of the state: makes the value of a key into what it is
   * now. Each value is given once; from then on it counts as changed.
   */
  readonly migrate?: (value: unknown, key: string | number | bigint) => unknown
}
