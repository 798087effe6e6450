import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as letOthersRun } from 'node:timers/promises'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { S3Server } from '../../s3-server/start-s3.ts'

export type Operation =
  | 'ExecuteStatement'
  | 'BatchExecuteStatement'
  | 'DescribeStatement'
  | 'GetStatementResult'

/**
 * What goes wrong with a call: no effect or no answer, a refusal, or statements that Redshift itself ends with some words.
 */
export type Fault =
  | 'cut-before'
  | 'cut-after'
  | 'internal-error'
  | 'denied'
  | { readonly fails: string }
  | { readonly refused: string; readonly name: string }

interface Statement {
  readonly id: string
  readonly sqls: readonly string[]
  status: 'SUBMITTED' | 'STARTED' | 'FINISHED' | 'FAILED'
  error?: string
  failed?: number
  rows: string[][]
}

/** A manifest, as COPY reads it. */
interface Manifest {
  readonly entries: readonly {
    readonly url: string
    readonly mandatory: boolean
    readonly meta: { readonly content_length: number }
  }[]
}

/**
 * A Redshift that is running in this process, with its Data API on loopback. Transactions are run by DuckDB, each on a connection of
 * its own: it lets two insert into the same table at the same time, as Redshift does under snapshot isolation. A transaction
 * sees what was committed when its first statement after LOCK began. COPY reads what the manifest names from an S3 of the tests.
 */
export class Warehouse {
  fault: (operation: Operation) => Fault | undefined = () => undefined
  /** Statements that are submitted wait for this. */
  gate: Promise<void> = Promise.resolve()
  readonly calls: Operation[] = []
  readonly ran: string[] = []
  readonly endpoint: string
  readonly #http: ReturnType<typeof createServer>
  readonly #duck: DuckDBInstance
  readonly #s3: S3Server
  readonly #scratch = mkdtempSync(join(tmpdir(), 'millrace-warehouse-'))
  readonly #statements = new Map<string, Statement>()
  readonly #tokens = new Map<string, string>()
  readonly #locks = new Map<string, Promise<void>>()
  readonly #running = new Set<Promise<void>>()
  #files = 0

  static async start(s3: S3Server): Promise<Warehouse> {
    const duck = await DuckDBInstance.create()
    const http = createServer()
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const warehouse = new Warehouse(duck, http, s3)
    await warehouse.sql('CREATE MACRO getdate() AS now()::TIMESTAMP')
    await warehouse.sql(
      'CREATE TABLE sys_load_error_detail (query_id INT, file_name VARCHAR, line_number INT, column_name VARCHAR, error_message VARCHAR)',
    )
    return warehouse
  }

  private constructor(duck: DuckDBInstance, http: ReturnType<typeof createServer>, s3: S3Server) {
    this.#duck = duck
    this.#http = http
    this.#s3 = s3
    this.endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    http.on('request', (request, response) => {
      void this.#serve(request, response).catch(() => request.socket.destroy())
    })
  }

  /** Behind the back of the Data API. */
  async sql(text: string): Promise<readonly Record<string, unknown>[]> {
    const connection = await this.#duck.connect()
    try {
      return (await connection.runAndReadAll(text)).getRowObjectsJS()
    } finally {
      connection.closeSync()
    }
  }

  /** When all that was submitted is over. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  async close(): Promise<void> {
    await this.settled()
    this.#http.closeAllConnections()
    await new Promise((resolve) => this.#http.close(resolve))
    this.#duck.closeSync()
    rmSync(this.#scratch, { recursive: true })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).replace('RedshiftData.', '') as Operation
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const input = JSON.parse(Buffer.concat(pieces).toString())
    const fault = this.fault(operation)
    this.calls.push(operation)
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256'))
      return refuse(response, 'Unsigned', '')
    if (fault === 'cut-before') return void request.socket.destroy()
    if (fault === 'denied') return refuse(response, 'AccessDeniedException', 'not for you')
    if (fault === 'internal-error') return refuse(response, 'InternalServerException', 'try again', 500)
    if (typeof fault === 'object' && 'refused' in fault) return refuse(response, fault.name, fault.refused)
    const fails = typeof fault === 'object' ? fault.fails : undefined
    const answer = this.#answer(operation, input, fails)
    if (fault === 'cut-after') return void request.socket.destroy()
    if (typeof answer === 'string') return refuse(response, 'ValidationException', answer)
    response.setHeader('Content-Type', 'application/x-amz-json-1.1')
    response.end(JSON.stringify(answer))
  }

  #answer(operation: Operation, input: Record<string, unknown>, fails: string | undefined): object | string {
    if (operation === 'ExecuteStatement' || operation === 'BatchExecuteStatement') {
      if (input['Database'] !== 'dev' || input['WorkgroupName'] !== 'analytics') return 'no such database'
      const sqls = operation === 'ExecuteStatement' ? [input['Sql']] : (input['Sqls'] as unknown[])
      if (sqls.length > 40) return 'more than 40 statements'
      if (sqls.some((sql) => String(sql).length > 100 * 1024)) return 'a statement of more than 100 KB'
      return { Id: this.#submit(sqls.map(String), String(input['ClientToken']), fails) }
    }
    const statement = this.#statements.get(String(input['Id']))
    if (statement === undefined) return 'no such statement'
    if (operation === 'DescribeStatement') return described(statement)
    // Two rows a page.
    const from = Number(input['NextToken'] ?? 0)
    const rows = statement.rows.slice(from, from + 2)
    return {
      Records: rows.map((row) => row.map((stringValue) => ({ stringValue }))),
      ...(from + 2 < statement.rows.length && { NextToken: String(from + 2) }),
    }
  }

  #submit(sqls: readonly string[], token: string, fails: string | undefined): string {
    const known = this.#tokens.get(token)
    if (known !== undefined) return known
    const id = `statement-${this.#statements.size + 1}`
    this.#tokens.set(token, id)
    const statement: Statement = { id, sqls, status: 'SUBMITTED', rows: [] }
    this.#statements.set(id, statement)
    const running = this.#run(statement, fails).finally(() => this.#running.delete(running))
    this.#running.add(running)
    return id
  }

  async #run(statement: Statement, fails: string | undefined): Promise<void> {
    await this.gate
    statement.status = 'STARTED'
    const connection = await this.#duck.connect()
    const unlocks: (() => void)[] = []
    let at = 0
    try {
      let begun = false
      for (; at < statement.sqls.length; at += 1) {
        const sql = statement.sqls[at]!
        await letOthersRun()
        const [, locked] = /^LOCK (.+)$/.exec(sql) ?? []
        if (locked !== undefined) {
          unlocks.push(await this.#lock(locked))
          continue
        }
        if (!begun) await connection.run('BEGIN TRANSACTION')
        begun = true
        if (fails !== undefined && sql.startsWith('COPY')) throw new Error(fails)
        this.ran.push(sql)
        statement.rows = await this.#execute(connection, sql)
      }
      await connection.run('COMMIT')
      statement.status = 'FINISHED'
    } catch (error) {
      statement.status = 'FAILED'
      statement.failed = at
      const { message } = error as Error
      statement.error = `ERROR: ${message}`
      await connection.run('ROLLBACK').catch(() => undefined)
      await this.#note(statement, message)
    } finally {
      for (const unlock of unlocks) unlock()
      connection.closeSync()
    }
  }

  async #execute(connection: DuckDBConnection, sql: string): Promise<string[][]> {
    const translated = sql.startsWith('COPY') ? this.#copied(sql) : sql.replace(/ SORTKEY \(.*\)$/, '')
    return (await connection.runAndReadAll(translated)).getRowsJS().map((row) => row.map(String))
  }

  /** COPY as DuckDB would say it. */
  #copied(sql: string): string {
    const [, table, columns = '', manifest = '', role, format = ''] =
      /^COPY (.+?)( \(.+\))? FROM '(.+)' IAM_ROLE (DEFAULT|'.+') FORMAT AS (.+) MANIFEST(?: TRUNCATECOLUMNS)?$/.exec(
        sql,
      ) ?? []
    if (role === undefined) throw new Error(`syntax error in ${sql}`)
    const { entries } = JSON.parse(this.#object(manifest).toString()) as Manifest
    const paths = entries.map(({ url, mandatory, meta }) => {
      const content = this.#object(url)
      if (!mandatory || meta.content_length !== content.length) throw new Error(`the size of ${url} is wrong`)
      const path = join(this.#scratch, `${++this.#files}-${url.split('/').at(-1)}`)
      writeFileSync(path, content)
      return `'${path}'`
    })
    const files = `[${paths.join(', ')}]`
    if (format === 'PARQUET') return `INSERT INTO ${table}${columns} SELECT * FROM read_parquet(${files})`
    const compression = { GZIP: 'gzip', ZSTD: 'zstd' }[format.split(' ').at(-1)!] ?? 'uncompressed'
    return `INSERT INTO ${table} BY NAME SELECT * FROM read_json(${files}, format = 'newline_delimited', compression = '${compression}')`
  }

  #object(url: string): Buffer {
    const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? []
    const content = this.#s3.bucket(bucket).objects.get(key)?.content
    if (content === undefined) throw new Error(`${url} does not exist`)
    return Buffer.from(content)
  }

  /** What Redshift keeps of a COPY that failed. */
  async #note({ id, sqls, failed }: Statement, message: string): Promise<void> {
    if (!sqls[failed ?? 0]!.startsWith('COPY')) return
    await this.sql(
      `INSERT INTO sys_load_error_detail VALUES (${numberOf(id)}, 's3://lake/file ', 7, 'cents ', '${message.slice(0, 40).replaceAll("'", "''")}')`,
    )
  }

  async #lock(table: string): Promise<() => void> {
    const before = this.#locks.get(table) ?? Promise.resolve()
    let unlock = () => {}
    const held = new Promise<void>((resolve) => {
      unlock = resolve
    })
    this.#locks.set(
      table,
      before.then(() => held),
    )
    await before
    return unlock
  }
}

const numberOf = (id: string) => Number(id.replace('statement-', ''))

function described({ id, status, error, failed, sqls }: Statement): object {
  const SubStatements = sqls.map((_, index) => ({
    Id: `${id}:${index + 1}`,
    Status: index === failed ? 'FAILED' : status === 'FINISHED' ? 'FINISHED' : 'ABORTED',
    RedshiftQueryId: index === failed ? numberOf(id) : -1,
  }))
  return {
    Id: id,
    Status: status,
    ...(error !== undefined && { Error: error }),
    ...(sqls.length > 1 && { SubStatements }),
  }
}

function refuse(response: ServerResponse, name: string, message: string, status = 400): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify({ __type: name, message }))
}
