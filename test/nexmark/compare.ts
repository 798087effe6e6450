import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { presets } from '../bench/nexmark/preset.ts'
import { answerInFile } from './answer-in-file.ts'
import { type Answer, DuckDBTables } from './duckdb-tables.ts'
import { statements } from './sql.ts'

// Compares what the command line of the benchmark writes with what DuckDB answers, in every manner that is listed.
const { values: options } = parseArgs({
  options: {
    presets: { type: 'string', default: Object.keys(presets).join() },
    queries: { type: 'string', default: Object.keys(statements).join() },
    events: { type: 'string', default: '100000' },
    splits: { type: 'string', default: '1,4' },
    /** Of how many events the groups are within which they come out of order, besides as the preset has it. */
    groups: { type: 'string', default: '' },
  },
})
const listed = (text: string) => text.split(',').filter((item) => item !== '')
const commandLine = fileURLToPath(new URL('../bench/nexmark/run.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'nexmark-compare-'))

/** What the command line answers, and the line that it prints. */
async function answerTo(
  query: string,
  manner: readonly string[],
): Promise<Answer & { readonly said: string }> {
  const out = join(folder, `${query}.jsonl`)
  const args = [...process.execArgv, commandLine, '--query', query, '--out', out, ...manner]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`)
  const answer = await answerInFile(out, query)
  rmSync(out)
  return { ...answer, said: stdout.trim() }
}

async function difference(query: string, right: Answer, manner: readonly string[]): Promise<string> {
  try {
    const { said, ...answer } = await answerTo(query, manner)
    const same = JSON.stringify(answer) === JSON.stringify(right)
    return same || (answer.rows === 0 && right.rows === 0)
      ? `same  ${said}`
      : `DIFFERS ${JSON.stringify({ answer, right })}`
  } catch (error) {
    return `FAILS ${(error as Error).message}`
  }
}

let different = 0
for (const preset of listed(options.presets) as (keyof typeof presets)[]) {
  const tables = await DuckDBTables.of(presets[preset], Number(options.events))
  for (const query of listed(options.queries)) {
    const right = await tables.answer(query)
    for (const splits of listed(options.splits)) {
      for (const group of [String(presets[preset].group), ...listed(options.groups)]) {
        const manner = ['--preset', preset, '--events', options.events, '--splits', splits, '--group', group]
        const said = await difference(query, right, manner)
        if (!said.startsWith('same')) different += 1
        console.log(
          `${preset} ${options.events} events, ${splits} splits, groups of ${group}, ${query}: ${said}`,
        )
      }
    }
  }
  tables.close()
}
rmSync(folder, { recursive: true })
console.log(`${different} answers differ`)
process.exitCode = different === 0 ? 0 : 1
