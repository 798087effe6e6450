import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { AnswerDigest, type Entry } from '../bench/nexmark/answer.ts'
import type { Row } from '../bench/nexmark/queries.ts'
import type { Answer } from './duckdb-tables.ts'

/** The columns that tell rows apart in the answers that change. */
export const keys: Readonly<Record<string, readonly string[]>> = {
  q4: ['id'],
  q6last: ['seller'],
  q9: ['id'],
  q15: ['day'],
  q16: ['channel', 'day'],
  q17: ['auction', 'day'],
  q18: ['auction', 'bidder'],
  q19: ['auction', 'rank_number'],
}

/**
 * Reads the answer to a query in a file, as somebody does who knows only the format: lines are rows or, where rows have
 * keys, changes to a table.
 *
 * @throws Error if a line is none of it, or takes away what is not there.
 */
export async function answerInFile(path: string, query: string): Promise<Answer> {
  const digest = new AnswerDigest()
  const columns = new Set<string>()
  const add = (row: Row) => {
    columns.add(Object.keys(row).join())
    digest.add({ op: '+I', row })
  }
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  const key = keys[query]
  if (key === undefined) for await (const line of lines) add(JSON.parse(line))
  else for (const row of (await tableOf(lines, key)).values()) add(JSON.parse(row))
  if (columns.size > 1) throw new Error(`rows differ in their columns: ${[...columns].join(' or ')}`)
  return { rows: digest.rows, digest: digest.digest, columns: [...columns].join().split(',') }
}

async function tableOf(lines: AsyncIterable<string>, key: readonly string[]): Promise<Map<string, string>> {
  const table = new Map<string, string>()
  for await (const line of lines) {
    const { op, row }: Entry = JSON.parse(line)
    const id = JSON.stringify(key.map((column) => row[column]))
    const text = JSON.stringify(row)
    const there = table.get(id)
    if (there !== (op === '+I' || op === '+U' ? undefined : text)) throw new Error(`${line} after ${there}`)
    if (there === undefined) table.set(id, text)
    else table.delete(id)
  }
  return table
}
