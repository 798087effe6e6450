/** The clocks by which the progress of a split is seen: each moves on when something has come that far. */
export type ProgressClock = 'fetched' | 'emitted' | 'acknowledged'

/** What a watchdog sees of a split. */
export interface SplitProgressFacts {
  /** How many fetches have settled, were handed over, and are in a published checkpoint. */
  readonly counts: Readonly<Record<ProgressClock, number>>
  /** A fetch waits to be handed over. */
  readonly ready: boolean
  /** Why the split waits, if it does so for a reason, such as `event time`. */
  readonly heldBy: string | undefined
}

/** How far each clock has come, and since when it stands though it should move. */
export type ProgressClocks = Readonly<
  Record<ProgressClock, { readonly count: number; readonly since: number }>
>

/** How long each clock may stand; a source may fetch for as long as it likes, unless it says otherwise. */
export type StallLimits = Readonly<Record<ProgressClock, number>>

/** A clock that has stood for too long. */
export interface Stall {
  readonly clock: ProgressClock
  readonly forMs: number
}

/** The clocks at a later look. One that has no cause to move does not stand. */
export function nextClocks(
  before: ProgressClocks | undefined,
  { counts, ready, heldBy }: SplitProgressFacts,
  now: number,
): ProgressClocks {
  const free = heldBy === undefined
  const next = (clock: ProgressClock, due: boolean) => {
    const last = before?.[clock]
    const stands = due && last?.count === counts[clock]
    return { count: counts[clock], since: stands ? last.since : now }
  }
  return {
    fetched: next('fetched', free && !ready),
    emitted: next('emitted', free && ready),
    acknowledged: next('acknowledged', counts.emitted > counts.acknowledged),
  }
}

/** The first clock that has stood for too long: what comes later in a record's way cannot move without it. */
export function stallOf(clocks: ProgressClocks, limits: StallLimits, now: number): Stall | undefined {
  for (const clock of ['fetched', 'emitted', 'acknowledged'] as const) {
    const forMs = now - clocks[clock].since
    if (forMs >= limits[clock]) return { clock, forMs }
  }
  return undefined
}
