import { expect, test } from 'vitest'
import type { Json } from '../../src/contract/json.ts'
import { openedFanOut } from '../connectors/kinesis/fan-out/opened-fan-out.ts'
import { observedContext, openScripted } from '../connectors/kinesis/scripted-source.ts'

const shard = 'shardId-000000000000'

test.each(['subscribe', 'event'] as const)(
  'a %s that never comes is never waited for without end: the shard is polled from where it stands',
  async (at) => {
    const { api, fetch, kinesis, context } = await openedFanOut('fan-out')
    api.fail({ at, error: 'silence' }, { at, error: 'silence' }, { at, error: 'silence' })
    const values: string[] = []
    kinesis.put('shardId-000000000000', 'a', 'b', 'c')
    for (let turn = 0; turn < 200 && context.counts.get('subscriptionsFailed') !== 3; turn++) {
      values.push(...(await fetch()).values)
    }
    expect(context.counts.get('subscriptionsFailed')).toBe(3)
    kinesis.put('shardId-000000000000', 'd')
    for (let turn = 0; turn < 400 && !values.includes('d'); turn++) values.push(...(await fetch()).values)
    expect(values).toEqual(['a', 'b', 'c', 'd'])
    expect(context.warnings.join()).toContain('A shard is polled for a while: nothing came in time')
    const count = () => context.counts.get('subscribed') ?? 0
    const before = count()
    for (let turn = 0; turn < 400 && count() === before; turn++) await fetch()
    expect(count()).toBe(before + 1)
  },
)

test('a reader that was replaced never brings anything any more, and its successor goes on where records were handed over', async () => {
  const { api, clock, fetch, kinesis, source, context } = await openedFanOut('fan-out')
  kinesis.put(shard, 'a', 'b')
  const values: string[] = []
  let after: string | undefined
  while (context.counts.get('subscribed') !== 1) {
    const { values: brought, position } = await fetch()
    values.push(...brought)
    after = position?.after
  }
  const stalled = fetch()
  for (const wait of [0, 60_000]) {
    clock.advance(wait)
    kinesis.put(shard, `c ${wait}`)
    const successor = source.read({ id: shard, parents: [] }, { after: after! })
    while (context.counts.get('subscribed') !== (wait === 0 ? 2 : 3) || !values.includes(`c ${wait}`)) {
      const { values: brought, position } = await clock.until(successor.fetch())
      values.push(...brought)
      after = position?.after
    }
  }
  expect((await stalled).values).toEqual([])
  expect(values).toEqual(['a', 'b', 'c 0', 'c 60000'])
  expect(api.starts.some((start) => start.includes('undefined'))).toBe(false)
})

test('a shard that has ended is never subscribed again', async () => {
  const { api, fetch, kinesis, context } = await openedFanOut('fan-out')
  while (context.counts.get('subscribed') !== 1) await fetch()
  kinesis.put(shard, 'a')
  kinesis.split(shard)
  const values: string[] = []
  for (let finished = false; !finished; ) {
    const fetched = await fetch()
    values.push(...fetched.values)
    finished = fetched.finished
  }
  const starts = [...api.starts]
  for (let more = 0; more < 5; more++) expect(await fetch()).toMatchObject({ values: [], finished: true })
  expect([values, api.starts]).toEqual([['a'], starts])
})

test('a shard that is quiet for days is never read anew from its last record: a restart goes on after the last empty event', async () => {
  const { api, clock, fetch, kinesis, source, context } = await openedFanOut('fan-out')
  kinesis.put(shard, 'a')
  let after: string | undefined
  while (context.counts.get('subscribed') !== 1 || after === undefined)
    after = (await fetch()).position?.after
  const begun = clock.now()
  while (clock.now() - begun < 3 * 86_400_000) {
    clock.advance(200_000)
    expect((await fetch()).values).toEqual([])
  }
  const snapshot = JSON.parse(JSON.stringify(source.snapshot())) as {
    readonly read: Record<string, { readonly continuation: string }>
  }
  clock.advance(10_000)
  const again = await clock.until(
    openScripted(kinesis, observedContext(clock), 'trim-horizon', {
      restored: snapshot as unknown as Json,
      fanOut: { read: 'fan-out', api, consumer: 'reader' },
    }),
  )
  await clock.until(again.discover())
  const reader = again.read(again.takeReadable()[0]!, { after })
  kinesis.put(shard, 'b')
  const asked = kinesis.calls.filter((call) => call.startsWith('records')).length
  expect((await clock.until(reader.fetch())).values).toEqual(['b'])
  const sequenceNumber = snapshot.read[shard]!.continuation
  expect(api.starts.at(-1)).toBe(`${shard} ${JSON.stringify({ kind: 'after', sequenceNumber })}`)
  expect(kinesis.calls.filter((call) => call.startsWith('records'))).toHaveLength(asked)
})
