import { createWriteStream, rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { AnswerDigest } from '../bench/nexmark/answer.ts'
import { NexmarkGenerator } from '../bench/nexmark/generator.ts'
import type { Preset } from '../bench/nexmark/preset.ts'
import { statements, views } from './sql.ts'

const integers = (...names: string[]) => names.map((name) => `${name}: 'BIGINT'`)
const texts = (...names: string[]) => names.map((name) => `${name}: 'VARCHAR'`)

const columns = {
  person: [
    ...integers('id', 'dateTime'),
    ...texts('name', 'emailAddress', 'creditCard', 'city', 'state', 'extra'),
  ],
  auction: [
    ...integers('id', 'initialBid', 'reserve', 'dateTime', 'expires', 'seller', 'category'),
    ...texts('itemName', 'description', 'extra'),
  ],
  bid: [...integers('auction', 'bidder', 'price', 'dateTime'), ...texts('channel', 'url', 'extra')],
}

/** What an answer is compared by. */
export interface Answer {
  readonly rows: number
  readonly digest: string
  readonly columns: readonly string[]
}

/** The events as tables of DuckDB, which answers the queries by its own means. */
export class DuckDBTables {
  readonly #connection: DuckDBConnection
  readonly #folder: string

  private constructor(connection: DuckDBConnection, folder: string) {
    this.#connection = connection
    this.#folder = folder
  }

  static async of(preset: Preset, events: number): Promise<DuckDBTables> {
    const folder = await mkdtemp(join(tmpdir(), 'nexmark-'))
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: '6GB',
      temp_directory: folder,
      threads: '2',
    })
    const connection = await instance.connect()
    for (const [kind, name] of Object.keys(columns).entries()) {
      const file = join(folder, `${name}.ndjson`)
      await pipeline(Readable.from(linesOf(preset, events, kind)), createWriteStream(file))
      const types = [...integers('eid'), ...columns[name as keyof typeof columns]]
      await connection.run(`CREATE TABLE ${name} AS
        SELECT * FROM read_json('${file}', format = 'newline_delimited', columns = {${types.join(', ')}})`)
      await rm(file)
    }
    for (const view of views) await connection.run(view)
    return new DuckDBTables(connection, folder)
  }

  async answer(query: string): Promise<Answer> {
    const result = await this.#connection.stream(statements[query]!)
    const names = result.columnNames()
    const digest = new AnswerDigest()
    for await (const rows of result.yieldRowsJs()) {
      for (const row of rows) {
        digest.add({
          op: '+I',
          row: Object.fromEntries(names.map((name, index) => [name, String(row[index])])),
        })
      }
    }
    return { rows: digest.rows, digest: digest.digest, columns: names }
  }

  close(): void {
    this.#connection.closeSync()
    rmSync(this.#folder, { recursive: true })
  }
}

/** The events of a kind as lines of JSON, some at a time. */
function* linesOf(preset: Preset, events: number, kind: number): Generator<string> {
  const generator = new NexmarkGenerator(preset)
  let lines = ''
  for (let eid = 0; eid < events; eid += 1) {
    const event = generator.event(eid)
    if (event.event_type !== kind) continue
    const [, row] = Object.values(event)
    lines += `${JSON.stringify({ eid, ...row })}\n`
    if (lines.length > 1_000_000) {
      yield lines
      lines = ''
    }
  }
  yield lines
}
