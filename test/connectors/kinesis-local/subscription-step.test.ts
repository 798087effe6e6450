import { describe, expect, test } from 'vitest'
import {
  nextStep,
  type SubscriptionFacts,
} from '../../../connectors/kinesis-local/streams/subscription-step.ts'

const start = 1_000_000
const idle: SubscriptionFacts = {
  now: start + 10_000,
  startedMs: start,
  pushedMs: start + 9000,
  behind: false,
  ended: false,
  throttledMs: 0,
}
const aged = (ms: number) => ({ now: start + ms, pushedMs: start + ms })

describe('a subscription', () => {
  test.each<[string, Partial<SubscriptionFacts>, ReturnType<typeof nextStep>]>([
    ['pushes at once, so that the consumer knows where it stands', { pushedMs: undefined }, { kind: 'push' }],
    ['pushes when there are records', { behind: true }, { kind: 'push' }],
    ['waits while there are none', {}, { kind: 'wait', ms: 4000 }],
    ['pushes five seconds after the last event', { pushedMs: start + 5000 }, { kind: 'push' }],
    ['waits for its throughput', { behind: true, throttledMs: 300 }, { kind: 'wait', ms: 300 }],
    ['pushes the end of the shard', { ended: true }, { kind: 'push' }],
    ['pushes the end even if it is throttled', { ended: true, throttledMs: 300 }, { kind: 'push' }],
    ['ends after five minutes', aged(300_000), { kind: 'end' }],
    ['ends after five minutes, whatever there is', { ...aged(300_000), behind: true }, { kind: 'end' }],
    ['waits no longer than it lives', aged(299_000), { kind: 'wait', ms: 1000 }],
    ['is not silent because the clock went back', { pushedMs: start + 90_000 }, { kind: 'wait', ms: 5000 }],
  ])('%s', (_, facts, step) => expect(nextStep({ ...idle, ...facts })).toEqual(step))
})
