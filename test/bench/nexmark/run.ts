import { closeSync, openSync, writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { run } from 'millrace'
import { memoryStore } from 'millrace/testing'
import type { Sink } from '../../../src/contract/sink.ts'
import { cpuMicrosOf } from '../figure.ts'
import { AnswerDigest, type Entry, entriesOf } from './answer.ts'
import { GeneratedSource } from './generated-source.ts'
import { presets } from './preset.ts'
import { queries } from './queries.ts'
import { queryJob } from './query-job.ts'

const usage = `npm run nexmark -- [options]
  --query NAME    one of ${Object.keys(queries).join(', ')}; or all (default)
  --preset NAME   one of ${Object.keys(presets).join(', ')} (default std)
  --events N      how many events (default 100000)
  --splits K      how many splits they come by (default 4)
  --out FILE      writes the results as lines of JSON; not with all
  --digest        prints the digest of the answer, at some cost`

const { values: options } = parseArgs({
  options: {
    query: { type: 'string', default: 'all' },
    preset: { type: 'string', default: 'std' },
    events: { type: 'string', default: '100000' },
    splits: { type: 'string', default: '4' },
    out: { type: 'string' },
    digest: { type: 'boolean', default: false },
  },
})

/** Hands over each result at once: enough for a run that nothing interrupts. */
function handingTo(take: (result: unknown) => void): Sink<unknown> {
  return {
    description: { kind: 'results', detail: '', guarantee: 'at-least-once', because: 'they are handed over' },
    open: async () => ({
      write: (results) => {
        for (const result of results) take(result)
      },
      ready: () => undefined,
      stage: async () => ({ committables: [], state: { schema: 1, parts: [] } }),
      commit: async () => {},
      close: async () => {},
    }),
  }
}

/** A file of lines of JSON, written a megabyte at a time. */
function linesIn(path: string) {
  const file = openSync(path, 'w')
  let lines = ''
  const flush = () => {
    writeSync(file, lines)
    lines = ''
  }
  const write = ({ op, row }: Entry) => {
    lines += `${JSON.stringify({ op, row })}\n`
    if (lines.length > 1_000_000) flush()
  }
  const close = () => {
    flush()
    closeSync(file)
  }
  return { write, close }
}

async function measure(name: string): Promise<string> {
  const [preset, query] = [options.preset as keyof typeof presets, queries[name]!]
  const [events, splits] = [Number(options.events), Number(options.splits)]
  const source = new GeneratedSource({ preset: presets[preset], events, splits })
  const file = options.out === undefined ? undefined : linesIn(options.out)
  const digest = options.digest ? new AnswerDigest() : undefined
  let results = 0
  const sink = handingTo((result) => {
    results += 1
    if (file === undefined && digest === undefined) return
    for (const entry of entriesOf(query, result)) {
      file?.write(entry)
      digest?.add(entry)
    }
  })
  const outOfOrder = preset === 'late' ? '17s' : '4s'
  const described = queryJob(name, query, {
    events: source,
    results: sink,
    outOfOrder,
    checkpointEvery: '1s',
  })
  const micros = await cpuMicrosOf(async () => run(described, { checkpoints: memoryStore() }))
  file?.close()
  const rate = Math.round(events / ((micros - source.generatingMicros) / 1e6))
  const cells = [name.padEnd(8), String(results).padStart(10), rate.toLocaleString('en').padStart(16)]
  return `${cells.join('')}${digest === undefined ? '' : `   ${digest.rows} rows left, ${digest.digest}`}`
}

const names = options.query === 'all' ? Object.keys(queries) : [options.query]
const counts = [Number(options.events), Number(options.splits)]
const known = names.every((name) => name in queries) && options.preset in presets
if (!known || counts.some((n) => !Number.isSafeInteger(n) || n < 1) || (names.length > 1 && options.out)) {
  console.error(usage)
  process.exit(1)
}
console.log(`${'query'.padEnd(8)}${'results'.padStart(10)}${'events/CPU s'.padStart(16)}`)
for (const name of names) console.log(await measure(name))
