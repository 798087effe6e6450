/**
 * The life of the subscriptions to one shard, as a pure function of what happens:
 *
 *     idle ──begin──▶ connecting ──connected──▶ starting ──event──▶ receiving ──last──▶ ended
 *      ▲                  │                        │                   │
 *      │ time         failed, late              failed, silent      closed, failed, silent
 *      │                  ▼                        ▼                   ▼
 *      └──────────── resting (a moment: wait; longer: poll) ◀──────────┘
 *
 * Each subscription has a generation. What is said of an earlier one changes nothing: a callback may come late.
 */
export interface SubscriptionState {
  readonly phase: Phase
  /** Of the last subscription that was begun. */
  readonly generation: number
  /** When the last one that the service accepted was accepted. */
  readonly acceptedAt: number
  /** Subscriptions in a row that brought no event. */
  readonly failures: number
  /** Rests in a row after which no subscription lived to its end. */
  readonly rests: number
}

export type Phase =
  | { readonly kind: 'idle' | 'connecting' | 'starting' | 'receiving' | 'ended' }
  /** Not before a time; meanwhile the shard is polled, unless that time is near. */
  | { readonly kind: 'resting'; readonly until: number; readonly poll: boolean }

/** Why a subscription did not come about or did not last. */
export type Trouble =
  /** The connection broke, or the service is not well or asks for patience. */
  | 'broken'
  /** Nothing came in time. */
  | 'silent'
  /** Not now: an earlier subscription of the same consumer is still there, or the consumer is not. */
  | 'in-use'
  /** Another reader has subscribed as the same consumer. */
  | 'taken'
  /** The service refuses, and will go on doing so. */
  | 'refused'

export type Fact =
  | { readonly kind: 'begin' }
  | { readonly kind: 'connected'; readonly generation: number; readonly at: number }
  | { readonly kind: 'event'; readonly generation: number }
  /** The service ended the subscription, as it does after five minutes. */
  | { readonly kind: 'closed'; readonly generation: number; readonly at: number; readonly chance: number }
  | {
      readonly kind: 'failed'
      readonly generation: number
      readonly at: number
      readonly chance: number
      readonly trouble: Trouble
    }
  /** Nobody wants the subscription any more. */
  | { readonly kind: 'unwanted'; readonly generation: number; readonly at: number; readonly chance: number }
  /** There is no active consumer to subscribe as. */
  | { readonly kind: 'no-consumer'; readonly at: number; readonly chance: number }
  /** The end of the shard was reached, and believed. */
  | { readonly kind: 'last' }

export const unsubscribed: SubscriptionState = {
  phase: { kind: 'idle' },
  generation: 0,
  acceptedAt: Number.NEGATIVE_INFINITY,
  failures: 0,
  rests: 0,
}

/** The same pair of consumer and shard may not be subscribed again sooner. */
const sameAgainMs = 5000
const failuresBeforeRest = 3
const firstBackoffMs = 200
const firstRestMs = 30_000
const longestRestMs = 300_000
/** Longer waits are filled with polling. */
const shortWaitMs = 1000

/** What to do when records are wanted. */
export type Step =
  | { readonly kind: 'subscribe' | 'receive' | 'poll' | 'end' }
  | { readonly kind: 'wait'; readonly ms: number }

export function nextStep({ phase }: SubscriptionState, now: number): Step {
  switch (phase.kind) {
    case 'idle':
      return { kind: 'subscribe' }
    case 'connecting':
    case 'starting':
    case 'receiving':
      return { kind: 'receive' }
    case 'ended':
      return { kind: 'end' }
    case 'resting': {
      const leftMs = phase.until - now
      if (leftMs <= 0) return { kind: 'subscribe' }
      return phase.poll ? { kind: 'poll' } : { kind: 'wait', ms: Math.min(leftMs, shortWaitMs) }
    }
  }
}

/** What a fact makes of the state. A fact of another generation makes nothing of it. */
export function nextState(state: SubscriptionState, fact: Fact): SubscriptionState {
  if (state.phase.kind === 'ended') return state
  if ('generation' in fact && (fact.generation !== state.generation || !isOpen(state.phase))) return state
  switch (fact.kind) {
    case 'begin':
      return isOpen(state.phase) ? state : begun(state)
    case 'connected':
      return { ...state, phase: { kind: 'starting' }, acceptedAt: fact.at }
    case 'event':
      return { ...state, phase: { kind: 'receiving' }, failures: 0 }
    case 'closed':
      return closed(state, fact)
    case 'unwanted':
      return free(state, fact)
    case 'failed':
      return failed(state, fact)
    case 'no-consumer':
      return shortRest(state, fact)
    case 'last':
      return { ...state, phase: { kind: 'ended' } }
  }
}

function isOpen({ kind }: Phase): boolean {
  return kind === 'connecting' || kind === 'starting' || kind === 'receiving'
}

function begun(state: SubscriptionState): SubscriptionState {
  return { ...state, phase: { kind: 'connecting' }, generation: state.generation + 1 }
}

interface Moment {
  readonly at: number
  /** From 0 up to 1: so that shards that failed together do not come back together. */
  readonly chance: number
}

/** One that brought events has had its time: the next follows at once. */
function closed(state: SubscriptionState, moment: Moment): SubscriptionState {
  if (state.phase.kind !== 'receiving') return failed(state, { ...moment, trouble: 'broken' })
  return free({ ...state, rests: 0 }, moment)
}

function free(state: SubscriptionState, moment: Moment): SubscriptionState {
  const earliest = soonest(state, moment)
  return { ...state, phase: earliest <= moment.at ? { kind: 'idle' } : restUntil(earliest, moment.at) }
}

function failed(
  state: SubscriptionState,
  { at, chance, trouble }: Moment & { readonly trouble: Trouble },
): SubscriptionState {
  if (trouble === 'in-use') return shortRest(state, { at, chance })
  const failures = state.failures + 1
  const lasting = trouble === 'taken' || trouble === 'refused' || failures >= failuresBeforeRest
  if (lasting) return longRest({ ...state, failures: 0 }, { at, chance })
  const until = at + Math.ceil(chance * firstBackoffMs * 2 ** failures)
  const phase = restUntil(Math.max(until, soonest(state, { at, chance })), at)
  return { ...state, phase, failures }
}

function longRest(state: SubscriptionState, { at, chance }: Moment): SubscriptionState {
  const longest = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(state.rests, 10))
  const until = at + Math.ceil(longest * (0.5 + chance / 2))
  return { ...state, phase: { kind: 'resting', until, poll: true }, rests: state.rests + 1 }
}

/** So that readers that were refused together do not all ask again at once. */
function shortRest(state: SubscriptionState, { at, chance }: Moment): SubscriptionState {
  const until = Math.max(at + Math.ceil(1000 + chance * 4000), soonest(state, { at, chance }))
  return { ...state, phase: { kind: 'resting', until, poll: true } }
}

function restUntil(until: number, at: number): Phase {
  return { kind: 'resting', until, poll: until - at > shortWaitMs }
}

/** When the service will take the next subscription. */
function soonest({ acceptedAt }: SubscriptionState, { chance }: Moment): number {
  return acceptedAt + sameAgainMs + Math.ceil(chance * 500)
}
