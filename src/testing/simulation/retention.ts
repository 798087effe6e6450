import { type Duration, milliseconds } from '../../units.ts'
import type { Chance } from './chance.ts'
import { type FaultKind, faultKinds } from './fault.ts'

/** That records expire in a history, and what the job does then. */
export interface Retention {
  readonly ms: number
  readonly onDataLoss: 'fail' | 'continue'
}

/** Faults may happen in a history for so many times as long as records last. */
export const retentionsLong = 3

/** By source, the places of inputs that a job may have gone on without. */
export type Missable = Readonly<Record<string, ReadonlySet<number>>>

/**
 * What may go wrong where records expire. A clock that is set hides or feigns expiry by as much: an event of a subscription does
 * not say when it was sent. What readers saw of a checkpoint that is damaged cannot come again when its records have gone
 * meanwhile; a job that goes on without them would show other rows beside those.
 */
export function retentionFaults({ onDataLoss }: Retention): readonly FaultKind[] {
  const never = onDataLoss === 'fail' ? ['clock jump'] : ['clock jump', 'damaged checkpoint']
  return [...faultKinds.filter((kind) => !never.includes(kind)), 'absence']
}

const longestJumpMs = 3_600_000

/** So far a clock is set at most: one that is ahead by more than the retention makes every record expire. */
export function furthestJumpMs(retention: Retention | undefined): number {
  return retention === undefined ? longestJumpMs : retention.ms / 4
}

export function retentionOf(
  ms: Duration | undefined,
  onDataLoss: Retention['onDataLoss'] = 'fail',
): Retention | undefined {
  return ms && { ms: milliseconds(ms), onDataLoss }
}

/** For so long nobody runs the job: until some records have expired, most of them, or all. */
export function absenceMs({ ms }: Retention, chance: Chance): number {
  const [least, most] = chance.oneOf([
    [0.25, 0.75],
    [0.75, 1],
    [1, 2],
  ] as const)
  return chance.between(Math.floor(least * ms), Math.floor(most * ms))
}

const slowInShare = 0.35

/**
 * How long answers take at least that bring records, and then one at a time: reading is slower than expiry. `undefined` if they
 * come as they do elsewhere.
 */
export function slownessMs({ ms }: Retention, chance: Chance): number | undefined {
  return chance.in(slowInShare) ? Math.floor(ms / chance.between(10, 40)) : undefined
}
