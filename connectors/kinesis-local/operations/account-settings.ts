import type { Member } from '../protocol/shape.ts'
import type { Structure } from '../protocol/wire.ts'
import { type Commitment, earliestEndMs, statusOf } from '../streams/commitment.ts'

export const wantedCommitment = {
  kind: 'structure',
  required: true,
  members: { Status: { kind: 'string', required: true, oneOf: ['ENABLED', 'DISABLED'] } },
} as const satisfies Member

/** The settings of the account as clients see them. */
export function accountSettings(commitment: Commitment, now: number): Structure {
  const { startedMs, endMs } = commitment
  const Status = statusOf(commitment, now)
  const runs = startedMs !== null && Status !== 'DISABLED'
  return {
    MinimumThroughputBillingCommitment: {
      Status,
      StartedAt: startedMs === null ? undefined : new Date(startedMs),
      EndedAt: endMs === null || runs ? undefined : new Date(endMs),
      EarliestAllowedEndAt: runs ? new Date(earliestEndMs(startedMs)) : undefined,
    },
  }
}
