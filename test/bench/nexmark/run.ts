import { spawnSync } from 'node:child_process'
import { run } from 'millrace'
import { memoryStore } from 'millrace/testing'
import { inlineChains } from '../../../src/cli/inline-chains.ts'
import type { Sink } from '../../../src/contract/sink.ts'
import { cpuMicrosOf } from '../figure.ts'
import { AnswerDigest, entriesOf } from './answer.ts'
import { AnswerFile } from './answer-file.ts'
import { type Arguments, argumentsOf, usage } from './arguments.ts'
import { GeneratedSource } from './generated-source.ts'
import { presets } from './preset.ts'
import { queries } from './queries.ts'
import { queryJob } from './query-job.ts'

/** Checkpoints are full: a short interval would measure little else with a million events. */
const checkpointEvery = '1m'

const exitCodes = { done: 0, failed: 1, wrongUse: 2 }

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

async function measure({
  query: name,
  preset,
  events,
  splits,
  group,
  out,
  digest,
}: Arguments): Promise<string> {
  const query = queries[name]!
  const source = new GeneratedSource({ preset: { ...presets[preset], group }, events, splits })
  const file = out === undefined ? undefined : new AnswerFile(out, query)
  const sum = digest ? new AnswerDigest() : undefined
  let results = 0
  const sink = handingTo((result) => {
    results += 1
    if (file === undefined && sum === undefined) return
    for (const entry of entriesOf(query, result)) {
      file?.write(entry)
      sum?.add(entry)
    }
  })
  const outOfOrder = preset === 'late' ? '17s' : '4s'
  const described = queryJob(name, query, { events: source, results: sink, outOfOrder, checkpointEvery })
  const micros = await cpuMicrosOf(async () => run(described, { checkpoints: memoryStore() }))
  file?.close()
  const perSecond = Math.round(events / ((micros - source.generatingMicros) / 1e6))
  const cells = [
    name.padEnd(7),
    `${perSecond.toLocaleString('en')} events per CPU second`.padStart(30),
    `${results.toLocaleString('en')} results`.padStart(19),
    `${Math.round(process.resourceUsage().maxRSS / 1024).toLocaleString('en')} MiB`.padStart(11),
  ]
  return `${cells.join('')}${sum === undefined ? '' : `   ${sum.rows} rows left, ${sum.digest}`}`
}

/** Each query in a process of its own, so that none runs in what another has left. */
function measureAll(line: readonly string[]): number {
  const [, file] = process.argv
  for (const name of Object.keys(queries)) {
    const args = [...process.execArgv, file!, ...line, '--query', name]
    const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
    if (status !== exitCodes.done) return status ?? exitCodes.failed
  }
  return exitCodes.done
}

async function main(line: readonly string[]): Promise<number> {
  const asked = argumentsOf(line)
  if (asked === 'help') {
    console.log(usage)
    return exitCodes.done
  }
  if ('wrong' in asked) {
    console.error(`${asked.wrong}\n\n${usage}`)
    return exitCodes.wrongUse
  }
  if (asked.query === 'all') return measureAll(line)
  try {
    console.log(await measure(asked))
    return exitCodes.done
  } catch (error) {
    console.error(`${asked.query} failed: ${(error as Error).message}`)
    return exitCodes.failed
  }
}

// As the command line does.
inlineChains()
process.exitCode = await main(process.argv.slice(2))
