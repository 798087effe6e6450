import { type Job, type JobOptions, job, run } from 'millrace'
import {
  aggregatingState,
  defineAggregate,
  keyBy,
  listState,
  mapState,
  process,
  type StateCodec,
  sinkTo,
  valueState,
} from 'millrace/operators'
import { collectSink, manualClock, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { openCheckpoint, operatorEntries } from '../../../src/checkpoint/inspection.ts'
import type { CheckpointStore } from '../../../src/contract/checkpoint-store.ts'
import { failureOf } from '../../runtime/failed.ts'
import { pagedSource } from '../../runtime/paged-source.ts'

/** Euros, of a class: CBOR alone would not bring that back. */
class Money {
  readonly cents: number

  constructor(cents: number) {
    this.cents = cents
  }

  plus(cents: number): Money {
    return new Money(this.cents + cents)
  }
}

/** Four bytes, in another order from version 2 on. */
const money = (version = 1): StateCodec<Money> => ({
  name: 'money',
  version,
  encode({ cents }) {
    const bytes = Buffer.alloc(4)
    if (version === 1) bytes.writeInt32LE(cents)
    else bytes.writeInt32BE(cents)
    return bytes
  },
  decode(bytes) {
    const view = Buffer.from(bytes)
    return new Money(version === 1 ? view.readInt32LE() : view.readInt32BE())
  },
})

const purse = defineAggregate<number, { cents: number }, number>({
  kind: 'purse',
  create: () => ({ cents: 0 }),
  add: ({ cents }, number) => ({ cents: cents + number }),
  merge: (a, b) => ({ cents: a.cents + b.cents }),
  result: ({ cents }) => cents,
})

const pages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ values: [index + 1], behindMs: count - 1 - index }))

/** Adds numbers up, as money. */
function account(count: number, codec = money(), options: JobOptions = {}) {
  const sink = collectSink<string>()
  const described = job(
    'account',
    ({ from }) =>
      from('numbers', pagedSource({ s: { pages: pages(count) } })).pipe(
        keyBy((number) => (number % 2 === 0 ? 'even' : 'odd')),
        process('totals', {
          state: {
            total: valueState(undefined, { codec }),
            plain: valueState(0),
            purse: aggregatingState(purse, { codec: money() }),
            each: listState<Money>({ codec: money() }),
            byNumber: mapState<number, Money>({ codec: money(), ttl: { after: '1d' } }),
          },
          *onRecord(number, { state: { total, plain, purse, each, byNumber } }) {
            total.value = (total.value ?? new Money(0)).plus(number)
            plain.value += number
            purse.add(number)
            each.add(new Money(number))
            byNumber.set(number, new Money(number))
            const kept = [...each, ...byNumber.values()].map((one) =>
              one instanceof Money ? one.cents : one,
            )
            yield `${total.value.cents} ${plain.value} ${purse.value} ${kept}`
          },
        }),
        sinkTo('out', sink),
      ),
    options,
  )
  return { described, sink }
}

/** Without the rows of runs before. */
const rowsOf = ({ sink }: ReturnType<typeof account>) => sink.rows.filter((row) => row !== undefined)

async function read(described: Job, store: CheckpointStore) {
  const running = run(described, { checkpoints: store, clock: manualClock() })
  running.events$.subscribe((event) => event.kind === 'caught-up' && running.stop())
  return running
}

const upgraded = (migrate: (old: { total: Uint8Array }) => object): JobOptions => ({
  evolution: { totals: { version: 2, migrate: { 1: migrate } } },
})

describe('a state with a codec', () => {
  it('goes on with the values that the codec brings back, of each kind of state', async () => {
    const store = memoryStore()
    await read(account(3).described, store)
    const later = account(4)
    await read(later.described, store)
    expect(rowsOf(later)).toEqual(['6 6 6 2,4,2,4'])
  })

  it('is in checkpoints as the codec encodes it', async () => {
    const store = memoryStore()
    await read(account(1).described, store)
    const entries = []
    for await (const { value } of operatorEntries(await openCheckpoint(store), 'totals')) entries.push(value)
    const bytes = Uint8Array.of(1, 0, 0, 0)
    expect(entries).toMatchObject([
      {
        total: bytes,
        plain: 1,
        purse: bytes,
        each: [bytes],
        byNumber: new Map([[1, [bytes, expect.any(Number)]]]),
      },
    ])
  })

  it('is refused when the checkpoint has another version of the codec', async () => {
    const store = memoryStore()
    await read(account(1).described, store)
    const failure = await failureOf(run(account(2, money(2)).described, { checkpoints: store }))
    expect(failure).toMatchObject({ code: 'CHECKPOINT_INCOMPATIBLE', where: { operator: 'totals' } })
    expect(failure.message).toContain('total = value by money 1')
  })

  it('gives the bytes of another codec to a migration, and decodes what has kept its own', async () => {
    const store = memoryStore()
    await read(account(3).described, store)
    const options = upgraded((old) => ({ ...old, total: money().decode(old.total) }))
    const later = account(4, money(2), options)
    await read(later.described, store)
    expect(rowsOf(later)).toEqual(['6 6 6 2,4,2,4'])
    const last = account(5, money(2), options)
    await read(last.described, store)
    expect(rowsOf(last)).toEqual(['9 9 9 1,3,5,1,3,5'])
  })

  it('ends the job with an error that names codec and state when bytes are not decoded', async () => {
    const store = memoryStore()
    await read(account(1).described, store)
    const broken: StateCodec<Money> = {
      ...money(),
      decode: () => {
        throw new RangeError('too short')
      },
    }
    const failure = await failureOf(read(account(3, broken).described, store))
    expect(failure.code).toBe('CHECKPOINT_INCOMPATIBLE')
    expect(failure.message).toContain('the codec money 1 of the state "total" cannot decode')
    expect(failure.message).toContain('too short')
  })

  it('ends the job when bytes are decoded to a promise', async () => {
    const store = memoryStore()
    await read(account(1).described, store)
    const late = { ...money(), decode: async () => new Money(1) } as unknown as StateCodec<Money>
    const failure = await failureOf(read(account(3, late).described, store))
    expect([failure.code, failure.message]).toEqual([
      'CHECKPOINT_INCOMPATIBLE',
      expect.stringContaining('gave a promise'),
    ])
  })

  it.each([
    ['text', 'text'],
    [[1, 2], 'an array'],
    [undefined, 'undefined'],
    [new Float64Array(1), 'an object'],
    [Promise.resolve(Uint8Array.of(1)), 'an object'],
  ])('ends the job before a checkpoint holds what is no bytes, as %o', async (encoded, told) => {
    const store = memoryStore()
    const broken = { ...money(), encode: () => encoded } as unknown as StateCodec<Money>
    const failure = await failureOf(read(account(1, broken).described, store))
    expect(failure).toMatchObject({ code: 'STATE_INVALID', where: { operator: 'totals' } })
    expect(failure.message).toContain(
      `the codec money 1 of the state "total" encodes to ${told}, not to bytes`,
    )
  })

  it.each([
    [{}, 'is an object, not { name, encode, decode }'],
    [{ ...money(), version: 0 }, 'has the version 0: versions are 1, 2, …'],
    [{ ...money(), name: '' }, 'not { name, encode, decode }'],
  ])('is refused where the job is described if it is %j', (codec, said) => {
    expect(() => account(1, codec as StateCodec<Money>)).toThrow(said)
  })
})
