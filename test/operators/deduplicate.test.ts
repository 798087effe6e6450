import fc from 'fast-check'
import { type Change, job, run, type Stream } from 'millrace'
import { ascending, deduplicate, eventTime, keyBy, sinkTo } from 'millrace/operators'
import { collectSink, listSource, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { manners, rowsOf } from './anyhow.ts'

interface Login {
  readonly user: string
  readonly time: number
  readonly id: number
}

const logins = fc.array(
  fc.record({
    user: fc.constantFrom('a', 'b'),
    time: fc.nat({ max: 60 }),
    id: fc.nat({ max: 3 }),
  }),
  { maxLength: 40 },
)
const ties = ascending((login: Login) => login.id)
const inOrder = (all: readonly Login[]) => all.toSorted((a, b) => a.time - b.time || a.id - b.id)

const always = <R>(
  build: (stream: Stream<Login>) => Stream<R>,
  check: (rows: readonly R[], all: readonly Login[]) => void,
) =>
  fc.assert(
    fc.asyncProperty(logins, manners, async (inputs, manner) => {
      const trial = { inputs: [inputs], timeOf: ({ time }: Login) => time, disorderMs: 5 }
      check(await rowsOf<Login, R>(trial, manner, build), inputs)
    }),
    { numRuns: 50 },
  )

/** The groups of a user: each begins with the first that is in none, and lasts for `within`. */
function groupsOf(all: readonly Login[], within: number): Login[][] {
  const groups: Login[][] = []
  for (const login of inOrder(all)) {
    const open = groups.findLast(([first]) => first!.user === login.user)
    if (open !== undefined && login.time < open[0]!.time + within) open.push(login)
    else groups.push([login])
  }
  return groups
}

describe('deduplicate', () => {
  it.each([[undefined], [10]] as const)(
    'keeps the first of each group of %s ms, and never takes it back',
    (within) =>
      always(
        (stream) =>
          stream.pipe(
            keyBy(({ user }) => user),
            deduplicate('first', {
              keep: 'first',
              ties,
              ...(within === undefined ? {} : { within: `${within}ms` as const }),
            }),
          ),
        (rows, all) => {
          const first = groupsOf(all, within ?? Number.POSITIVE_INFINITY).map((group) => group[0]!)
          expect(rows).toEqual(first.sort((a, b) => a.time - b.time || (a.user < b.user ? -1 : 1)))
        },
      ),
  )

  it('keeps the last of each group', () =>
    always(
      (stream) =>
        stream.pipe(
          keyBy(({ user }) => user),
          deduplicate('last', { keep: 'last', within: '10ms', ties }),
        ),
      (rows, all) => {
        const last = groupsOf(all, 10).map((group) => group.at(-1)!)
        expect(inOrder(rows).map(text).sort()).toEqual(last.map(text).sort())
      },
    ))

  it.each(['first', 'last'] as const)('corrects the %s of each key at once', (keep) =>
    always(
      (stream) =>
        stream.pipe(
          keyBy(({ user }) => user),
          deduplicate('changes', { keep, emit: 'changes', ties }),
        ),
      (rows, all) => {
        const expected = groupsOf(all, Number.POSITIVE_INFINITY).map(
          (group) => group.at(keep === 'first' ? 0 : -1)!,
        )
        expect([...latest(rows).values()].map(text).sort()).toEqual(expected.map(text).sort())
      },
    ),
  )

  it('stops at a late record, or hands it to its output', async () => {
    const source = () =>
      listSource({ s: [30, 20].map((time) => ({ value: { user: 'a', time, id: 0 }, arrivalTime: time })) })
    const [rows, late] = [collectSink<Login>(), collectSink<Login>()]
    const described = (options: { late?: (stream: Stream<Login>) => ReturnType<typeof toLate> }) =>
      job('late', ({ from }) =>
        from('in', source()).pipe(
          eventTime(({ time }) => time),
          keyBy(({ user }) => user),
          deduplicate('first', { keep: 'first', ...options }),
          sinkTo('rows', rows),
        ),
      )
    const toLate = (stream: Stream<Login>) => stream.pipe(sinkTo('late', late))
    await expect(run(described({}), { checkpoints: memoryStore() })).rejects.toMatchObject({
      code: 'RECORD_LATE',
    })
    await run(described({ late: toLate }), { checkpoints: memoryStore() })
    expect(late.rows).toEqual([{ user: 'a', time: 20, id: 0 }])
  })
})

/** The last value of each key; what a change says of the one before must be so. */
function latest(changes: readonly Change<string, Login>[]): Map<string, Login> {
  const values = new Map<string, Login>()
  for (const change of changes) {
    if (change.op === 'delete') throw new Error('nothing is ever deleted')
    expect(change.op === 'update' ? change.before : undefined).toEqual(values.get(change.key))
    values.set(change.key, change.value)
  }
  return values
}

const text = (row: unknown) => JSON.stringify(row)
