import { MillraceError, run } from 'millrace'
import { collectSink, memoryStore } from 'millrace/testing'
import { describe, expect, it } from 'vitest'
import { AnswerDigest, entriesOf } from '../bench/nexmark/answer.ts'
import { GeneratedSource } from '../bench/nexmark/generated-source.ts'
import { presets } from '../bench/nexmark/preset.ts'
import { queries } from '../bench/nexmark/queries.ts'
import { queryJob } from '../bench/nexmark/query-job.ts'
import { expected } from './expected.ts'

/** How the events come. None of it may show in an answer. */
interface Manner {
  readonly events: number
  readonly splits: number
  /** Events come out of order in groups of so many, one each millisecond. */
  readonly group: number
  /** The fetches that fail, of a hundred; the job then goes on from its last checkpoint. */
  readonly failures: readonly number[]
}

async function answerOf(name: string, { events, splits, group, failures }: Manner) {
  const query = queries[name]!
  const results = collectSink<unknown>()
  let fetches = 0
  const source = new GeneratedSource({
    ...{ preset: { ...presets.std, group }, events, splits, perFetch: events / 100 },
    onFetch: () => {
      fetches += 1
      if (failures.includes(fetches)) throw new MillraceError('SOURCE_FAILED', 'as the test wants')
    },
  })
  const checkpointEvery = failures.length === 0 ? '1h' : '5ms'
  const described = queryJob(name, query, { events: source, results, outOfOrder: '4s', checkpointEvery })
  await run(described, { checkpoints: memoryStore(), random: () => 0 })
  const entries = results.rows.flatMap((result) => entriesOf(query, result))
  const digest = new AnswerDigest()
  for (const entry of entries) digest.add(entry)
  return { rows: digest.rows, digest: digest.digest, columns: Object.keys(entries[0]!.row), fetches }
}

const inOrder = { splits: 1, group: 1, failures: [] }
const outOfOrder = { splits: 4, group: 4000, failures: [] }
const failures = [21, 48, 90]
const names = Object.keys(expected)

describe.each([
  ['in order', inOrder],
  ['out of order in four splits', outOfOrder],
])('%s', (_manner, manner) => {
  it.each(names)('%s gives the answer of SQL', async (name) => {
    const { fetches: _, ...answer } = await answerOf(name, { events: 100_000, ...manner })
    expect(answer).toEqual(expected[name])
  })
})

describe.each([
  ['in order', inOrder],
  ['out of order in four splits', outOfOrder],
])('killed three times, %s', (_manner, manner) => {
  // All queries over all events take minutes.
  const full = process.env['NEXMARK_MATRIX'] === 'full'
  const [events, tried] = full ? [100_000, names] : [5000, ['q4', 'q11']]

  // A restart waits a little, so they wait together.
  it.concurrent.each(tried)('%s gives the same answer as without', async (name) => {
    const { fetches: straight, ...answer } = await answerOf(name, { events, ...inOrder })
    const { fetches, ...sameAnswer } = await answerOf(name, { events, ...manner, failures })
    expect(sameAnswer).toEqual(answer)
    expect(fetches).toBeGreaterThan(straight)
  })
})

describe('by the clock', () => {
  it('q12 counts every bid once', async () => {
    const sink = collectSink<unknown>()
    const events = new GeneratedSource({ preset: presets.std, events: 5000, splits: 2 })
    const setting = { events, results: sink, outOfOrder: '4s', checkpointEvery: '1h' } as const
    await run(queryJob('q12', queries['q12']!, setting), {
      checkpoints: memoryStore(),
    })
    const counts = (sink.rows as { bid_count: number }[]).map((row) => row.bid_count)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4600)
  })
})
